import { isDeepStrictEqual } from 'node:util'
import { Redis } from 'ioredis'
import type { Cache, TailBatch } from '../cache.ts'
import { memoryCache } from '../memory-cache.ts'
import { redisCache } from '../redis-cache.ts'
import { decodeFeed } from '../redis-reply.ts'
import { inOrder } from '../redis-tail.ts'
import type { Version } from '../version.ts'

/** A cache together with what only its server's owner can do to it. Time passes by `advance` alone. */
export interface ModelStore {
  readonly cache: Cache
  now(): number
  advance(ms: number): Promise<void>
  /** All is lost. */
  flush(): Promise<void>
  /** No replica is left. */
  leaveReplica?(): Promise<void>
  /** What a tail that stood at `from` would yield now. */
  after(from: Version): Promise<readonly TailBatch[]>
  /** Remembers the present state, as a replica that has stopped following. */
  lag?(): Promise<void>
  /** That replica becomes the server. */
  failOver?(): Promise<void>
  /** The same, and the first server, which followed it, becomes the server again before anybody came to the other. */
  fallBack?(): Promise<void>
}

/** Milliseconds since 1970 at which every store begins. */
export const START = 1_700_000_000_000

export function memoryStore(): ModelStore {
  let now = START
  let cache = memoryCache({ now: () => now })
  return {
    get cache() {
      return cache
    },
    now: () => now,
    async advance(ms) {
      now += ms
    },
    async flush() {
      const { cursor } = await cache.read([])
      await cache.close()
      cache = memoryCache({ now: () => now, epoch: cursor.epoch + 1 })
    },
    async after(from) {
      const { cursor } = await cache.read([])
      const batches: TailBatch[] = []
      if (from.epoch === cursor.epoch && from.offset === cursor.offset) return batches
      for await (const batch of cache.tail(from, new AbortController().signal)) {
        batches.push(batch)
        const last = batch.kind === 'entries' ? batch.entries.at(-1)?.version.offset : 0
        if (last === cursor.offset) break
      }
      return batches
    },
  }
}

/** Its scripts must have been made to read the clock from `{model}:clock`. */
export async function redisStore(url: string): Promise<ModelStore & { close(): Promise<void> }> {
  const prefix = '{model}'
  const admin = new Redis(url)
  const cache = await redisCache({ url, prefix })
  let now = START
  let servers = 0
  let replica: { readonly key: string; readonly dump: Buffer }[] | undefined

  const setClock = () => admin.set(`${prefix}:clock`, now)
  await setClock()
  return {
    cache,
    now: () => now,
    async advance(ms) {
      now += ms
      await setClock()
    },
    async leaveReplica() {
      replica = undefined
    },
    async flush() {
      await admin.multi().flushdb().set(`${prefix}:clock`, now).exec()
    },
    after: (from) => feedAfter(admin, prefix, cache, from),
    async lag() {
      const keys = await admin.keys(`${prefix}*`)
      const dumps = await Promise.all(keys.map((key) => admin.dumpBuffer(key)))
      replica = keys.flatMap((key, n) => {
        const dump = dumps[n]
        return dump ? [{ key, dump }] : []
      })
    },
    async failOver() {
      if (!replica) return
      const { epoch } = (await cache.read([])).cursor
      await admin.flushdb()
      await Promise.all(replica.map(({ key, dump }) => admin.restore(key, 0, dump)))
      replica = undefined
      await setClock()
      servers += 1
      // What every process does first on a new server: here another one was quicker than ours.
      await admin.hset(`${prefix}:meta`, 'epoch', epoch + 1, 'identity', `server ${servers}`)
    },
    async close() {
      admin.disconnect()
      await cache.close()
    },
  }
}

/** What a tail of the present feed would yield, without its waiting. */
export async function feedAfter(
  admin: Redis,
  prefix: string,
  cache: Pick<Cache, 'read'>,
  from: Version,
): Promise<readonly TailBatch[]> {
  const { epoch } = (await cache.read([])).cursor
  const at = epoch === from.epoch ? from : { epoch, offset: 0 }
  const items = await admin.xrange(`${prefix}:feed:${epoch}`, `${at.offset + 1}-0`, '+')
  const entries = items.map((item) => decodeFeed(epoch, item))
  return [
    ...(at === from ? [] : [{ kind: 'epoch', epoch } as const]),
    ...(entries.length === 0 ? [] : inOrder(at, entries)),
  ]
}

/** Two stores given the same verbs at the same time; whatever they answer differently is an error. */
export function lockstep(one: ModelStore): ModelStore {
  let twin = memoryCache({ now: one.now })
  const verbs: (keyof Cache)[] = [
    ...([
      'invalidate',
      'read',
      'interest',
      'claim',
      'unclaim',
      'acquire',
      'extend',
      'release',
      'commit',
      'fail',
    ] as const),
    ...(['pulse', 'lastPulse'] as const),
  ]
  const both = Object.fromEntries(
    verbs.map((verb) => [
      verb,
      async (...args: unknown[]) => {
        const call = (cache: Cache) => (cache[verb] as (...args: unknown[]) => Promise<unknown>)(...args)
        const [first, second] = [await call(one.cache), await call(twin)]
        const [ours, theirs] = [JSON.stringify(first), JSON.stringify(second)]
        if (ours === theirs || isDeepStrictEqual(first, second)) return first
        throw new Error(`The adapters differ in ${verb}:\n${ours}\n${theirs}`)
      },
    ]),
  )
  return {
    // The verbs that a model calls; tail and wakes are not among them.
    cache: both as unknown as Cache,
    now: one.now,
    advance: one.advance,
    async flush() {
      await one.flush()
      const { cursor } = await one.cache.read([])
      twin = memoryCache({ now: one.now, epoch: cursor.epoch })
    },
    after: one.after,
  }
}
