import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { HEARTBEAT } from './nats-silence.ts'

/** Milliseconds for which the server waits for a first message. */
export const EXPIRES = 30_000
/** Bytes of messages that one request brings at most. */
const BYTES = 64 * 1024 * 1024
/** What NATS says when the next message is too large for what is left of the bytes asked for. */
const FULL = 'Message Size Exceeds MaxBytes'

const nanoseconds = (milliseconds: number): number => milliseconds * 1_000_000

export interface PulledConsumer {
  readonly stream: string
  readonly name: string
}

/** Asks for up to `batch` messages: waits for a first one, then ends where the stream ends. */
export function requestNext(
  connection: NatsConnection,
  { stream, name }: PulledConsumer,
  { batch, reply }: { readonly batch: number; readonly reply: string },
): void {
  const request = {
    batch,
    max_bytes: BYTES,
    no_wait: true,
    expires: nanoseconds(EXPIRES),
    idle_heartbeat: nanoseconds(HEARTBEAT),
  }
  connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply })
}

/**
 * What a status message says of the request with that reply subject: it is `alive` or was replaced; there was
 * `nothing` more; the next message is `unfit` for the bytes asked for; or the pull has `ended`.
 */
export function statusOf(message: Msg, reply: string): 'alive' | 'nothing' | 'unfit' | 'ended' {
  const status = message.headers?.code
  if (status === 100 || message.subject !== reply) return 'alive'
  if (status === 404 || status === 408) return 'nothing'
  return status === 409 && message.headers?.description === FULL ? 'unfit' : 'ended'
}
