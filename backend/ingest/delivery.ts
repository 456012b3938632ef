import type { Json } from '#widgets/define.ts'
import type { Delivery } from '../bus/bus.ts'
import { EVENT_LIMIT, readJson } from './cloud-event.ts'
import { readEnvelope } from './envelope.ts'
import { dataFault } from './envelope-schema.ts'
import type { ReceivedEvent } from './event.ts'
import { parseTopic } from './topic.ts'

/**
 * The event of a message on the bus: a structured CloudEvent, whose topic is where it was published, or any JSON at
 * all, named after its place on the bus so that each delivery of it is the same event. Otherwise why it is refused.
 */
export function decodeDelivery(
  delivery: Pick<Delivery, 'topic' | 'body' | 'stream' | 'sequence' | 'time'>,
): { readonly event: ReceivedEvent } | { readonly refused: string } {
  const { topic, body, stream, sequence, time } = delivery
  if (body.byteLength > EVENT_LIMIT) return { refused: `The body is over ${EVENT_LIMIT / 1024} KiB.` }
  const problem = parseTopic(topic)
  if (typeof problem === 'string') return { refused: `The topic ${problem}.` }
  const json = readJson(body)
  if (!json) return { refused: 'The body is not JSON in UTF-8.' }
  const { value } = json

  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'specversion')) {
    const read = readEnvelope(value, { now: time, topic })
    // Not copied: that would cost an eighth of triage.
    if ('event' in read) return { event: Object.assign(read.event, { receivedAt: time }) }
    return { refused: read.errors.map(({ field, message }) => `${field} ${message}`).join('; ') }
  }
  const fault = dataFault(value)
  if (fault !== undefined) return { refused: `The body ${fault}.` }
  const id = `${stream}:${sequence}:${time}`
  // What was just parsed from JSON.
  const data = value as Json
  return { event: { id, source: 'bus', type: topic, topic, time, extensions: {}, data, receivedAt: time } }
}
