import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import { connect, errors, type NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { bell } from './bell.ts'
import { BusAway } from './bus.ts'
import { accessOptions, type NatsAccess } from './nats-access.ts'
import { parseNatsServers } from './nats-servers.ts'

/** Of JetStream: subjects overlap with an existing stream; insufficient storage, of the server and of the account. */
const OVERLAP = 10065
const NO_ROOM = 10047
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
      ...accessOptions(access),
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

function told(error: unknown): string {
  if (error instanceof BusAway) return error.message
  if (error instanceof JetStreamApiError) {
    if (error.code === OVERLAP)
      return 'Another stream on NATS has subjects that Hubs needs (events.> or dead.>): give Hubs a JetStream or an account of its own, or set NATS_PREFIX.'
    if (error.code === NO_ROOM)
      return 'NATS has no room for the streams of Hubs: give it more storage, or set HUBS_BUS_BYTES lower.'
    return `NATS refuses the streams of Hubs: ${error.message}.`
  }
  if (isNoResponders(error)) return 'NATS runs without JetStream: start it with -js.'
  return isUnauthorized(error)
    ? 'NATS refuses who we say we are, or wants to know: check NATS_URL, NATS_CREDS and NATS_NKEY.'
    : 'NATS cannot be reached.'
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError
}

/** A stream or consumer is not there (any more). */
function isMissing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) {
    return (
      error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound
    )
  }
  return isNoResponders(error)
}

/** Nobody listens on the subject: how a missing stream answers a publish. */
function isNoResponders(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return [error, cause].some((each) => each instanceof errors.RequestError && each.isNoResponders())
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/g, '//…@')
}
