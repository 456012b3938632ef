import { createHash } from 'node:crypto'
import { Redis, ReplyError } from 'ioredis'
import type { Logger } from 'pino'
import { CacheAway } from './cache.ts'
import { LAYOUT } from './script/life.ts'
import { scripts, type Verb } from './script/scripts.ts'

export type LinkLog = Pick<Logger, 'info' | 'warn'>

/** The connection that runs the scripts, in the epoch it has learned. */
export interface RedisLink {
  readonly prefix: string
  /** Runs one script in the present epoch, learning it anew when the store refuses it. @throws CacheAway */
  run(
    verb: Verb,
    ...args: readonly (string | number)[]
  ): Promise<{ readonly epoch: number; readonly reply: unknown }>
  /** Resolves while the store takes writes. @throws CacheAway */
  check(): Promise<void>
  /** Asks the store for its epoch, after which `run` uses it. @throws CacheAway */
  learn(): Promise<number>
  /** A connection of its own that waits out every outage; disconnect it when done. */
  connect(): Redis
  close(): void
}

const retryStrategy = (times: number) => Math.random() * Math.min(50 * 2 ** times, 1000)

/** Redis answers, but not as a store that may be written to now: what its word for it means. */
const refusals: Readonly<Record<string, string>> = {
  OOM: 'Redis is full: it has reached its maxmemory.',
  MISCONF: 'Redis takes no writes: it cannot save to its disk.',
  READONLY: 'Redis takes no writes: it is a replica.',
  NOREPLICAS: 'Redis takes no writes: it has too few replicas.',
  LOADING: 'Redis is loading its data.',
  BUSY: 'Redis is busy with a script of somebody else.',
  MASTERDOWN: 'Redis is a replica whose master is down.',
  CLUSTERDOWN: 'The cluster of Redis is down.',
  TRYAGAIN: 'The cluster of Redis is being changed.',
  UNBLOCKED: 'Redis is changing its role.',
  LAYOUT: 'A newer version of Hubs uses this Redis.',
  NOAUTH: 'Redis wants a password: check REDIS_URL.',
  WRONGPASS: 'Redis refuses our user or password: check REDIS_URL.',
  NOPERM: 'Redis does not let our user do what Hubs needs: check its ACL.',
}

const unreachable = (cause: unknown): CacheAway => new CacheAway('Redis cannot be reached.', { cause })

/**
 * Resolves after the first attempt to connect, also when it failed: from then on it keeps trying.
 * @throws Error when the server would evict any key when memory is short, or lacks the database that the URL names.
 */
export async function openLink(url: string, prefix: string, log: LinkLog | undefined): Promise<RedisLink> {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 3000,
    socketTimeout: 5000,
    retryStrategy,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    lazyConnect: true,
  })
  let highest = 0
  let life: Promise<number> | undefined
  let lost: unknown
  let older = false

  const learn = (): Promise<number> => {
    const learning = mint(redis, prefix, highest).then((epoch) => {
      highest = epoch
      return epoch
    })
    learning.catch((error: unknown) => {
      if (isOlder(error) && !older) {
        log?.warn(
          { store: 'redis' },
          'A newer version of Hubs uses this Redis: end this process, or upgrade it.',
        )
        older = true
      }
      // A server that is there but refuses, being out of memory or wrongly set up, is asked again: no event tells of its mending.
      const again = () => {
        if (life === learning && redis.status === 'ready') void learn()
      }
      setTimeout(again, 1000).unref()
    })
    life = learning
    return learning
  }

  redis.on('ready', () => {
    lost = undefined
    void learn()
  })
  redis.on('close', () => {
    life = undefined
  })
  redis.on('error', (error) => {
    lost = error
  })

  const link: RedisLink = {
    prefix,
    async run(verb, ...args) {
      for (let attempt = 1; ; attempt++) {
        const learned = life
        try {
          if (!learned) throw away(lost)
          const epoch = await learned
          return { epoch, reply: await evaluate(redis, prefix, verb, [epoch, ...args]) }
        } catch (error) {
          if (!isEpoch(error) || attempt === 3) throw asAway(error)
          if (life === learned) void learn()
        }
      }
    },
    async check() {
      if (redis.status !== 'ready') throw away(lost)
      try {
        await life
        await redis.set(`${prefix}:check`, '', 'PX', 1_000)
      } catch (error) {
        throw away(error)
      }
    },
    learn: () => learn().catch((error: unknown) => Promise.reject(asAway(error))),
    connect: () => tolerant(url),
    close: () => redis.disconnect(),
  }

  await redis.connect().catch((error: unknown) => {
    lost ??= error
  })
  await life?.catch((error: unknown) => {
    if (!(error instanceof UnfitStore)) return
    redis.disconnect()
    throw error
  })
  return link
}

function tolerant(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: 5000,
    retryStrategy,
    lazyConnect: true,
  })
  // The main connection tells of outages; this one is to be quiet about the same ones.
  redis.on('error', () => undefined)
  redis.connect().catch(() => undefined)
  return redis
}

class UnfitStore extends Error {}

async function mint(redis: Redis, prefix: string, highest: number): Promise<number> {
  await selectOwn(redis)
  const info = await redis.info()
  const said = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
  const policy = said('maxmemory_policy')
  if (policy.startsWith('allkeys-')) {
    throw new UnfitStore(
      `Redis evicts keys that Hubs cannot lose (maxmemory-policy is ${policy}): set maxmemory-policy to noeviction or volatile-lru.`,
    )
  }
  const epoch = await evaluate(redis, prefix, 'epoch', [
    `${said('run_id')}:${said('master_replid')}`,
    highest,
    LAYOUT,
  ])
  return Number(epoch)
}

/** The driver has asked for it already; without an answer it works in database 0, among the keys of whoever uses that. */
async function selectOwn(redis: Redis): Promise<void> {
  const { db = 0 } = redis.options
  try {
    if (db !== 0) await redis.select(db)
  } catch (error) {
    if (!(error instanceof ReplyError && /DB index|SELECT is not allowed/.test(String(error)))) throw error
    throw new UnfitStore(`Redis has no database ${db}: name one that it has in REDIS_URL.`)
  }
}

async function evaluate(
  redis: Redis,
  prefix: string,
  verb: Verb | 'epoch',
  args: readonly (string | number)[],
): Promise<unknown> {
  const text = scripts[verb]
  const meta = `${prefix}:meta`
  try {
    return await redis.evalsha(digest(text), 1, meta, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return redis.eval(text, 1, meta, ...args)
  }
}

const digests = new Map<string, string>()

function digest(text: string): string {
  const known = digests.get(text)
  if (known) return known
  const hash = createHash('sha1').update(text).digest('hex')
  digests.set(text, hash)
  return hash
}

function isEpoch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('EPOCH ')
}

function isOlder(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('LAYOUT ')
}

/** Every error but a script's own means that the store cannot be used now. */
function asAway(error: unknown): unknown {
  if (error instanceof CacheAway) return error
  if (error instanceof UnfitStore) return new CacheAway(error.message)
  if (!(error instanceof ReplyError)) return unreachable(error)
  const refusal = refusals[/^\w+/.exec((error as Error).message)?.[0] ?? '']
  return refusal === undefined ? error : new CacheAway(refusal, { cause: error })
}

/** As `asAway`, for what can be nothing else. */
function away(error: unknown): CacheAway {
  const known = asAway(error)
  return known instanceof CacheAway ? known : unreachable(error)
}
