import type { Logger } from 'pino'
import type { Figure } from './base/figure.ts'
import { retry } from './base/retry.ts'
import type { Bus } from './bus/bus.ts'
import { busStore } from './bus/bus-store.ts'
import { memoryBus } from './bus/memory-bus.ts'
import { natsBus } from './bus/nats-bus.ts'
import type { Cache } from './cache/cache.ts'
import { memoryCache } from './cache/memory-cache.ts'
import { redisCache } from './cache/redis-cache.ts'
import type { OpenDatabase } from './db/database.ts'
import { openDatabase } from './db/open-database.ts'
import type { Env } from './env.ts'
import type { StoreChecks, StoreName } from './store-watch.ts'
import { storeDurations, timedStore } from './timed-store.ts'

/** The adapters the environment names. */
export interface Stores {
  readonly database: OpenDatabase
  readonly cache: Cache
  readonly bus: Bus
  /** Whether each serves now. */
  readonly checks: StoreChecks
  readonly figures: readonly Figure[]
  close(): Promise<void>
}

/** Two processes with a cache or bus of their own on one database would each be right half of the time. */
const EMBEDDED_LOCK = 'hubs embedded stores'

/**
 * Opens them one after the other, and waits for each that is away.
 * @throws Error with a plain sentence when another process has embedded stores on the same Postgres.
 */
export async function openStores(options: {
  env: Env
  log: Logger
  signal: AbortSignal
  /** Brings the database to this version of the product, before anything reads it. */
  prepare: (database: OpenDatabase) => Promise<void>
  /** The lock is gone: another process may begin, so this one must end. */
  onLost: (error: Error) => void
}): Promise<Stores> {
  const { env, log, signal, prepare, onLost } = options
  const { DATABASE_URL, REDIS_URL, NATS_URL, HUBS_DATA } = env
  const database = await openDatabase({ url: DATABASE_URL, dataDir: HUBS_DATA, log, signal })
  await lockEmbedded(env, database, onLost)
  await prepare(database)
  const cache = REDIS_URL ? await redisCache({ url: REDIS_URL, log }) : memoryCache()
  const bus = await openBus(env, database, log)
  const checks: StoreChecks = {
    database: database.check,
    cache: cache.check,
    // The embedded one is in the database.
    bus: NATS_URL ? bus.through : database.check,
  }
  await untilServing('cache', checks, log, signal)
  await untilServing('bus', checks, log, signal)
  const durations = storeDurations()
  return {
    database,
    cache: timedStore(cache, 'cache', durations),
    bus: timedStore(bus, 'bus', durations),
    checks,
    figures: [durations.metric],
    async close() {
      await Promise.allSettled([bus.close(), cache.close()])
      // Last, for an embedded bus is in it.
      await database.close()
    },
  }
}

/** An embedded store on a Postgres is this process' alone, for as long as it lives. */
async function lockEmbedded(
  { DATABASE_URL, REDIS_URL, NATS_URL }: Env,
  database: OpenDatabase,
  onLost: (error: Error) => void,
): Promise<void> {
  const missing = [REDIS_URL ? '' : 'REDIS_URL', NATS_URL ? '' : 'NATS_URL'].filter((name) => name !== '')
  if (!DATABASE_URL || missing.length === 0) return
  const lock = await database.advisoryLock(EMBEDDED_LOCK)
  if (!lock) {
    await database.close()
    throw new Error(
      `Another process uses this database with its own cache or bus. Set ${missing.join(' and ')} in both, or stop one.`,
    )
  }
  lock.lost.addEventListener('abort', () => onLost(new Error('The lock on the database was lost.')))
}

async function openBus(env: Env, database: OpenDatabase, log: Logger): Promise<Bus> {
  const { NATS_URL, HUBS_BUS_BYTES: maxBytes } = env
  if (!NATS_URL) return memoryBus({ store: busStore(database.db), log, maxBytes })
  return natsBus({
    url: NATS_URL,
    log,
    maxBytes,
    prefix: env.NATS_PREFIX,
    access: {
      ...{ creds: env.NATS_CREDS, nkey: env.NATS_NKEY },
      ...{ ca: env.NATS_CA, cert: env.NATS_CERT, key: env.NATS_KEY },
    },
  })
}

/** A store that is away at the start is waited for: a line in the log when that begins, and one when it ends. */
async function untilServing(
  store: StoreName,
  checks: StoreChecks,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let told = ''
  const onFailure = (error: unknown) => {
    const { message } = error as Error
    if (message !== told) log.warn({ store, err: error }, `Waiting for the ${store}: ${message}`)
    told = message
  }
  try {
    await retry(checks[store], { signal, onFailure, first: 500, longest: 10_000 })
  } catch (error) {
    throw new Error(`Stopped while waiting for the ${store}.`, { cause: error })
  }
  if (told !== '') log.info({ store }, `The ${store} answers.`)
}
