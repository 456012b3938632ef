import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiError } from '@nats-io/jetstream'
import { connect, errors, type NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { withoutSecrets } from '../base/without-secrets.ts'
import { bell } from './bell.ts'
import { BusAway } from './bus.ts'
import { accessOptions, type NatsAccess } from './nats-access.ts'
import { isMissing, told } from './nats-fault.ts'
import { parseNatsServers } from './nats-servers.ts'

const ANSWER_WITHIN = 5000
const BACKOFF = { first: 100, most: 5000 }

/** A connection that comes back by itself, and what was prepared on it. */
export interface NatsLink<Session> {
  /** Runs `act`; once more when what was prepared is missing on the server. Rejects with `BusAway` when it cannot be reached. */
  use<Result>(act: (session: Session) => Promise<Result>): Promise<Result>
  /** The session when there is one. */
  current(): Session | undefined
  /** The session as soon as there is one; nothing once `signal` aborts or the link is closed. */
  ready(signal: AbortSignal): Promise<Session | undefined>
  /** Prepares the session anew, for something on the server is gone; begins with a new connection when it cannot. */
  renew(): Promise<void>
  close(): Promise<void>
}

/**
 * Each lost connection is replaced by a new one instead of the client's own reconnecting, which keeps requests and
 * publishes of an outage for later: here they fail at once and the caller knows.
 */
export function natsLink<Session>(options: {
  readonly url: string
  readonly access?: NatsAccess | undefined
  readonly name: string
  readonly log: Pick<Logger, 'debug'>
  readonly prepare: (connection: NatsConnection) => Promise<Session>
}): NatsLink<Session> {
  const { url, access, name, log, prepare } = options
  const closing = new AbortController()
  const change = bell()
  let connection: NatsConnection | undefined
  let session: Session | undefined
  let renewing: Promise<void> | undefined
  /** Why there is no session. */
  let failure: unknown

  async function open(): Promise<NatsConnection> {
    const { servers, ...credentials } = parseNatsServers(url)
    const opened = await connect({
      servers: [...servers],
      ...credentials,
      ...accessOptions(access, servers),
      name,
      reconnect: false,
      timeout: ANSWER_WITHIN,
      // A server that hangs is noticed within 10 s instead of minutes.
      pingInterval: 5000,
      maxPingOut: 1,
    })
    try {
      closing.signal.throwIfAborted()
      const prepared = await prepare(opened)
      closing.signal.throwIfAborted()
      connection = opened
      session = prepared
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
        session = undefined
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
      await delay(most * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  async function renew(): Promise<void> {
    const on = connection
    if (!on || !session) return
    renewing ??= prepare(on)
      .then(
        (prepared) => {
          if (session && on === connection) session = prepared
        },
        async (error) => {
          if (on === connection) session = undefined
          await on.close()
          throw error
        },
      )
      .finally(() => {
        renewing = undefined
      })
    await renewing
  }

  async function attempt<Result>(act: (session: Session) => Promise<Result>): Promise<Result> {
    await firstTry
    if (!session) throw new BusAway(told(failure), { cause: failure })
    return act(session)
  }

  let kept = Promise.resolve()
  /** Whoever asks right after the start is not told that NATS is away before it was tried. */
  const firstTry = new Promise<void>((tried) => {
    kept = keep(tried)
  })

  return {
    current: () => session,
    renew,
    async use(act) {
      try {
        return await attempt(act).catch(async (error) => {
          if (!isMissing(error)) throw error
          await renew()
          return attempt(act)
        })
      } catch (error) {
        if (error instanceof JetStreamApiError || error instanceof errors.InvalidArgumentError) throw error
        if (error instanceof BusAway) throw error
        throw new BusAway(told(error), { cause: error })
      }
    },
    async ready(signal) {
      const end = AbortSignal.any([signal, closing.signal])
      while (!session && !end.aborted) await change.wait(end)
      return end.aborted ? undefined : session
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
