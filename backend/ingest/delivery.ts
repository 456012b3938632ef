import type { Json } from '#widgets/define.ts'
import { readJson } from '../base/content.ts'
import type { DeliveredMessage } from '../bus/bus.ts'
import { type Headers, isBinary, readBinary } from './binary-mode.ts'
import { EVENT_LIMIT } from './cloud-event.ts'
import { readEnvelope } from './envelope.ts'
import { dataFault, type Envelope } from './envelope-schema.ts'
import type { ReceivedEvent } from './event.ts'
import { parseTopic } from './topic.ts'

/**
 * The event of a message on the bus: a structured CloudEvent, whose topic is where it was published, one in binary mode,
 * or any JSON at all, named after its place on the bus so that each delivery of it is the same event. Otherwise why it
 * is refused. (CloudEvents' NATS binding knows no batch.)
 */
export function decodeDelivery(
  delivery: Pick<DeliveredMessage, 'topic' | 'body' | 'stream' | 'sequence' | 'time' | 'original'>,
): { readonly event: ReceivedEvent } | { readonly refused: string } {
  const { topic, body, stream, sequence, time } = delivery
  if (body.byteLength > EVENT_LIMIT) return { refused: `The body is over ${EVENT_LIMIT / 1024} KiB.` }
  const problem = parseTopic(topic)
  if (typeof problem === 'string') return { refused: `The topic ${problem}.` }
  const json = readJson(body)
  if (json && isEnvelope(json.value)) return received(readEnvelope(json.value, { now: time, topic }), time)
  // Only now, for to read headers costs more than most bodies.
  const headers = headersOf(delivery)
  if (isBinary(headers)) {
    const read = readBinary(headers, body, { now: time, topic })
    return read
      ? received(read, time)
      : { refused: 'The body is not JSON in UTF-8, as its content-type says.' }
  }
  if (!json) return { refused: 'The body is not JSON in UTF-8.' }
  const { value } = json
  if (Array.isArray(value) && value.length > 0 && value.every(isEnvelope)) {
    return { refused: 'The body is a batch of events: publish each as a message of its own.' }
  }
  const fault = dataFault(value)
  if (fault !== undefined) return { refused: `The body ${fault}.` }
  const id = `${stream}:${sequence}:${time}`
  // What was just parsed from JSON.
  const data = value as Json
  return { event: { id, source: 'bus', type: topic, topic, time, extensions: {}, data, receivedAt: time } }
}

function received(
  read: Envelope,
  time: number,
): { readonly event: ReceivedEvent } | { readonly refused: string } {
  // Not copied: that would cost an eighth of triage.
  if ('event' in read) return { event: Object.assign(read.event, { receivedAt: time }) }
  return { refused: read.errors.map(({ field, message }) => `${field} ${message}`).join('; ') }
}

function isEnvelope(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'specversion')
}

/** NATS has them in UTF-8 and in the case they were sent in; HTTP, which they are read as, a byte a character. */
function headersOf({ original }: Pick<DeliveredMessage, 'original'>): Headers {
  const headers: Record<string, string> = {}
  for (const [name, values] of original?.headers ?? []) {
    headers[name.toLowerCase()] = Buffer.from(values.join(', ')).toString('latin1')
  }
  return headers
}
