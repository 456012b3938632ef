import { type Circumstances, type Envelope, readBySchema } from './envelope-schema.ts'
import { readPlainEnvelope } from './plain-envelope.ts'

/** The event of an envelope in the JSON format of CloudEvents 1.0; otherwise every field that is wrong. */
export function readEnvelope(raw: unknown, given: Circumstances): Envelope {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { errors: [{ field: '', message: 'must be a JSON object, an event' }] }
  }
  const event = readPlainEnvelope(raw, given)
  return event ? { event } : readBySchema(raw, given)
}
