import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { bell } from './bell.ts'

const EXPIRES = 30_000
const HEARTBEAT = 2000
/** Milliseconds without a word after which a pull is taken to be dead. */
export const SILENCE = 2.5 * HEARTBEAT
/** What NATS says when the next message is too large for what is left of the bytes asked for. */
const FULL = 'Message Size Exceeds MaxBytes'
const REFUSED_FOR = 100
/** Bytes of messages that one request brings at most. */
const BYTES = 64 * 1024 * 1024
/** Milliseconds the server has to take note of the end. */
const PARTING = 1000

const nanoseconds = (milliseconds: number): number => milliseconds * 1_000_000

/**
 * Batches of what a pull consumer has, up to `max`; waits for the first message, never for more. It asks for messages
 * only when asked for a batch, whereas the client's own `consume` reads ahead, and the messages it holds grow late
 * while their reader rests. What has arrived and is not read in the end is given back. Ends when `signal` aborts, and
 * when consumer or connection are gone.
 */
export async function* natsPull(
  connection: NatsConnection,
  consumer: { readonly stream: string; readonly name: string },
  options: {
    readonly max: number
    readonly signal: AbortSignal
    /** Told why it ends, unless because of `signal` or the connection. */
    readonly ended: (reason: string) => void
  },
): AsyncGenerator<readonly Msg[]> {
  // A closed connection refuses to subscribe.
  if (connection.isClosed()) return
  const { max, signal, ended } = options
  const inbox = createInbox()
  const news = bell()
  let arrived: Msg[] = []
  let request = 0
  let askedAt = 0
  let heardAt = 0
  /** Messages the request in hand may still bring; 0 when there is none. */
  let owed = 0
  let gone = false

  function finish(reason?: string): void {
    if (reason !== undefined && !gone) ended(reason)
    gone = true
    news.ring()
  }

  /** Nobody speaks while nothing was asked for; and what came while this process was held up is read first. */
  function listen(): void {
    if (owed === 0) return
    setImmediate(() => {
      if (performance.now() - heardAt >= SILENCE) finish('NATS said nothing more.')
      else silence.refresh()
    })
  }
  const silence = setTimeout(listen, SILENCE).unref()

  function heard(): void {
    heardAt = performance.now()
    silence.refresh()
  }

  /** Requests of others wait for as much as there is: asked at once again, it would be refused at once again. */
  function refused(): void {
    setTimeout(() => {
      owed = 0
      news.ring()
    }, REFUSED_FOR).unref()
  }

  const subscription = connection.subscribe(`${inbox}.*`, {
    callback(error, message) {
      heard()
      if (error) return finish(error.message)
      const status = message.headers?.code
      if (!message.subject.startsWith(inbox)) {
        arrived.push(message)
        owed = Math.max(0, owed - 1)
      } else if (status === 100 || message.subject !== `${inbox}.${request}`) {
        // A sign of life, or the end of a request already replaced.
        return
      } else if (status === 404 || status === 408) {
        if (owed === max && heardAt - askedAt < EXPIRES / 2) return refused()
        owed = 0
      } else if (status === 409 && message.headers?.description === FULL) {
        owed = 0
      } else return finish(`${status} ${message.headers?.description}`)
      news.ring()
    },
  })
  void connection.closed().then(() => finish())

  function ask(): void {
    request += 1
    owed = max
    // Both together: wait for a first message, then end where the stream ends.
    const wish = {
      batch: max,
      max_bytes: BYTES,
      no_wait: true,
      expires: nanoseconds(EXPIRES),
      idle_heartbeat: nanoseconds(HEARTBEAT),
    }
    connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.name}`,
      JSON.stringify(wish),
      {
        reply: `${inbox}.${request}`,
      },
    )
    askedAt = performance.now()
    heard()
  }

  /** What the server has sent comes until it has heard that no more is wanted. */
  async function giveBack(): Promise<void> {
    const late = delay(PARTING, undefined, { ref: false })
    await Promise.race([subscription.drain(), late]).catch(() => {})
    if (connection.isClosed()) return
    for (const message of arrived) message.respond('-NAK')
  }

  try {
    while (!signal.aborted) {
      if (arrived.length > 0) {
        const batch = arrived
        arrived = []
        yield batch
      } else if (gone || connection.isClosed()) return
      else {
        if (owed === 0) {
          // What the last batch led to is sent first.
          await turn()
          if (arrived.length > 0 || gone || connection.isClosed() || signal.aborted) continue
          ask()
        }
        await news.wait(signal)
      }
    }
  } finally {
    clearTimeout(silence)
    await giveBack()
  }
}
