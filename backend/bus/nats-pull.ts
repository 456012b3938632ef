import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { bell } from './bell.ts'
import { EXPIRES, type PulledConsumer, requestNext, statusOf } from './nats-pull-request.ts'
import { silenceWatch } from './nats-silence.ts'

const REFUSED_FOR = 100
/** Milliseconds the server has to take note of the end. */
const PARTING = 1000

/**
 * Batches of what a pull consumer has, up to `max`; waits for the first message, never for more. It asks for messages
 * only when asked for a batch, whereas the client's own `consume` reads ahead, and the messages it holds grow late
 * while their reader rests. What has arrived and is not read in the end is given back. Ends when `signal` aborts, and
 * when consumer or connection are gone.
 */
export async function* natsPull(
  connection: NatsConnection,
  consumer: PulledConsumer,
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
  /** Messages the request in hand may still bring; 0 when there is none. */
  let owed = 0
  let gone = false

  function finish(reason?: string): void {
    if (reason !== undefined && !gone) ended(reason)
    gone = true
    news.ring()
  }

  // Nobody speaks while nothing was asked for.
  const silence = silenceWatch(
    () => owed > 0,
    () => finish('NATS said nothing more.'),
  )

  /** Requests of others wait for as much as there is: asked at once again, it would be refused at once again. */
  function refused(): void {
    setTimeout(() => {
      owed = 0
      news.ring()
    }, REFUSED_FOR).unref()
  }

  const subscription = connection.subscribe(`${inbox}.*`, {
    callback(error, message) {
      silence.heard()
      if (error) return finish(error.message)
      if (!message.subject.startsWith(inbox)) {
        arrived.push(message)
        owed = Math.max(0, owed - 1)
        return news.ring()
      }
      const status = statusOf(message, `${inbox}.${request}`)
      if (status === 'alive') return
      if (status === 'ended') return finish(`${message.headers?.code} ${message.headers?.description}`)
      if (status === 'nothing' && owed === max && silence.heardAt - askedAt < EXPIRES / 2) return refused()
      owed = 0
      news.ring()
    },
  })
  void connection.closed().then(() => finish())

  function ask(): void {
    request += 1
    owed = max
    requestNext(connection, consumer, { batch: max, reply: `${inbox}.${request}` })
    silence.heard()
    askedAt = silence.heardAt
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
    silence.stop()
    await giveBack()
  }
}
