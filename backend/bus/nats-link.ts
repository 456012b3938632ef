import { JetStreamApiError } from '@nats-io/jetstream'
import { errors, type NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { pause } from '../base/pause.ts'
import { withoutSecrets } from '../base/without-secrets.ts'
import { bell } from './bell.ts'
import { BusAway } from './bus.ts'
import type { NatsAccess } from './nats-access.ts'
import { connectNats } from './nats-connect.ts'
import { describeFault, isMissing } from './nats-fault.ts'

const BACKOFF = { first: 100, most: 5000 }

/** A connection that comes back by itself, and what was prepared on it. */
export interface NatsLink<Prepared> {
  /** Runs `act`; once more when what was prepared is missing on the server. Rejects with `BusAway` when it cannot be reached. */
  use<Result>(act: (prepared: Prepared) => Promise<Result>): Promise<Result>
  /** What was prepared, while there is a connection. */
  current(): Prepared | undefined
  /** The same as soon as there is one; nothing once `signal` aborts or the link is closed. */
  ready(signal: AbortSignal): Promise<Prepared | undefined>
  /** Prepares once more, for something on the server is gone; begins with a new connection when it cannot. */
  renew(): Promise<void>
  close(): Promise<void>
}

/** Each lost connection is replaced by a new one; what is asked meanwhile fails at once, and the caller knows. */
export function natsLink<Prepared>(options: {
  readonly url: string
  readonly access?: NatsAccess | undefined
  readonly name: string
  readonly log: Pick<Logger, 'debug'>
  readonly prepare: (connection: NatsConnection) => Promise<Prepared>
}): NatsLink<Prepared> {
  const { url, access, name, log, prepare } = options
  const closing = new AbortController()
  const change = bell()
  let connection: NatsConnection | undefined
  let prepared: Prepared | undefined
  let renewing: Promise<void> | undefined
  /** Why nothing is prepared. */
  let failure: unknown

  async function open(): Promise<NatsConnection> {
    const opened = await connectNats({ url, access, name })
    try {
      closing.signal.throwIfAborted()
      const made = await prepare(opened)
      closing.signal.throwIfAborted()
      connection = opened
      prepared = made
      return opened
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  async function keep(tried: () => void): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        const opened = await open()
        failures = 0
        tried()
        log.debug({ server: opened.getServer() }, 'NATS connected')
        change.ring()
        const error = await opened.closed()
        prepared = undefined
        failure = error
        if (!closing.signal.aborted) log.debug({ err: error }, 'NATS connection lost; connecting again')
      } catch (error) {
        failure = error
        tried()
        if (closing.signal.aborted) return
        log.debug({ err: error, url: withoutSecrets(url) }, 'NATS was not connected; trying again')
        failures += 1
      }
      const most = Math.min(BACKOFF.most, BACKOFF.first * 2 ** failures)
      await pause(most * (0.5 + Math.random() / 2), closing.signal)
    }
  }

  async function renew(): Promise<void> {
    const on = connection
    if (!on || !prepared) return
    renewing ??= prepare(on)
      .then(
        (made) => {
          if (prepared && on === connection) prepared = made
        },
        async (error) => {
          if (on === connection) prepared = undefined
          await on.close()
          throw error
        },
      )
      .finally(() => {
        renewing = undefined
      })
    await renewing
  }

  async function attempt<Result>(act: (prepared: Prepared) => Promise<Result>): Promise<Result> {
    await firstTry
    if (!prepared) throw new BusAway(describeFault(failure), { cause: failure })
    return act(prepared)
  }

  let kept = Promise.resolve()
  /** Whoever asks right after the start is not told that NATS is away before it was tried. */
  const firstTry = new Promise<void>((tried) => {
    kept = keep(tried)
  })

  return {
    current: () => prepared,
    renew,
    async use(act) {
      try {
        return await attempt(act).catch(async (error) => {
          if (!isMissing(error)) throw error
          await renew()
          return attempt(act)
        })
      } catch (error) {
        throw isRefusal(error) ? error : new BusAway(describeFault(error), { cause: error })
      }
    },
    async ready(signal) {
      const end = AbortSignal.any([signal, closing.signal])
      while (!prepared && !end.aborted) await change.wait(end)
      return end.aborted ? undefined : prepared
    },
    async close() {
      closing.abort()
      // Acknowledgements may still be on their way. The client never ends a flush whose connection dies.
      if (connection) await Promise.race([connection.flush(), connection.closed()]).catch(() => {})
      await connection?.close()
      await kept
    },
  }
}

/** What was asked is at fault, or it is said already that there is no bus. */
const isRefusal = (error: unknown): boolean =>
  error instanceof JetStreamApiError ||
  error instanceof errors.InvalidArgumentError ||
  error instanceof BusAway
