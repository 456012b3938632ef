import type { NatsConnection, Payload } from '@nats-io/transport-node'
import type { PreparedStreams } from './nats-prepare.ts'

/** Answers kept for the next connection. */
const UNSENT = 10_000
/** Milliseconds for which acknowledgements wait for others: nobody waits for them, and each flush is a system call. */
const ACK_EVERY = 2
/** Bytes, so that it is not encoded for each message. */
const ACK = new TextEncoder().encode('+ACK')

/**
 * What consumers say of messages. The bus knows a message by its reply subject alone, on whatever connection; `stream`
 * names the life of the stream it came from: one made anew counts from 1 again, and is told nothing of the old one.
 */
export interface NatsAcks {
  acknowledge(reply: string, stream: string): void
  /** Sends what has to arrive: now, or on the next connection. */
  send(reply: string, payload: Payload, stream: string): void
  /** Sends what is worth nothing later. Says whether it is sent, or nobody is to know any more. */
  trySend(reply: string, payload: Payload, stream: string): boolean
  /** Sends on a new connection what was kept for it. */
  resend(connection: Pick<NatsConnection, 'publish'>, stream: string): void
  /** Sends the acknowledgements that wait for others. */
  flush(): void
}

/** `current`: what acknowledgements go out on now, if there is a connection. */
export function natsAcks(
  current: () => Pick<PreparedStreams, 'connection' | 'stream'> | undefined,
): NatsAcks {
  const unsent = new Map<string, { readonly payload: Payload; readonly stream: string }>()
  let done: { readonly reply: string; readonly stream: string }[] = []

  function trySend(reply: string, payload: Payload, of: string): boolean {
    const now = current()
    if (!now || now.connection.isClosed()) return false
    if (now.stream === of) now.connection.publish(reply, payload)
    return true
  }

  function send(reply: string, payload: Payload, stream: string): void {
    if (!trySend(reply, payload, stream) && unsent.size < UNSENT) unsent.set(reply, { payload, stream })
  }

  function flush(): void {
    const all = done
    done = []
    for (const { reply, stream } of all) send(reply, ACK, stream)
  }

  return {
    acknowledge(reply, stream) {
      if (done.push({ reply, stream }) === 1) setTimeout(flush, ACK_EVERY)
    },
    send,
    trySend,
    resend(connection, stream) {
      for (const [reply, { payload, stream: of }] of unsent)
        if (of === stream) connection.publish(reply, payload)
      unsent.clear()
    },
    flush,
  }
}
