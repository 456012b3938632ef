import type { Msg } from '@nats-io/transport-node'
import type { StoredMessage } from './bus.ts'

/** A message with what its reply subject says of it. */
export interface NatsMessage extends StoredMessage {
  readonly deliveries: number
  /** Of all deliveries of the consumer, the how manieth this is. */
  readonly delivery: number
  /** Messages behind it at that moment. */
  readonly pending: number
  /** Where acknowledgements go. */
  readonly reply: string
  readonly original: Msg
}

/**
 * `subject` is what stands before its topic. The client parses these too, but only for messages its own consumers pulled.
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery sequence>.<nanoseconds>.<pending>`; servers with
 * domains put `<domain>.<account>` before the stream and may add a last token.
 */
export function parseNatsMessage(message: Msg, stream: string, subject: string): NatsMessage {
  const reply = message.reply ?? ''
  const tokens = reply.split('.')
  const from = tokens.length === 9 ? 4 : 6
  const number = (index: number): number => Number(tokens[from + index])
  return {
    topic: message.subject.slice(subject.length),
    body: message.data,
    stream,
    deliveries: number(0),
    sequence: number(1),
    delivery: number(2),
    time: Math.floor(number(3) / 1e6),
    pending: number(4),
    reply,
    original: message,
  }
}
