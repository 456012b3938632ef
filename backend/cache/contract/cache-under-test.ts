import { expect } from 'vitest'
import type { Cache, CacheEntry, FeedEntry } from '../cache.ts'
import type { Version } from '../version.ts'

/** A cache with nothing in it, whose clock stands still but for `advance`. */
export interface OpenedCache {
  readonly cache: Cache
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

/** Milliseconds of a lease, of a watch, and until a result is due. */
export const TTL = 10_000
export const WATCH = 60_000
export const MAX_AGE = 30_000

export type CacheUnderTest = ReturnType<typeof cacheUnderTest>

/** The cache of the test that runs, and its verbs as most tests need them: of key `k`, by a lease called `t`. */
export function cacheUnderTest(opened: () => OpenedCache) {
  // Each test has a cache of its own, and all name it the same.
  const cache = new Proxy({} as Cache, { get: (_, verb) => Reflect.get(opened().cache, verb) })

  const acquire = (key = 'k', lease = 't', minInterval = 0) => cache.acquire(key, lease, TTL, minInterval)

  async function commit(data = '1', { key = 'k', lease = 't', maxAge = MAX_AGE } = {}) {
    const { now } = await cache.read([])
    return cache.commit(key, lease, { data, hash: `#${data}`, empty: data === 'null', dueAt: now + maxAge })
  }

  return {
    cache,
    advance: (ms: number) => opened().advance(ms),
    async one(key = 'k'): Promise<CacheEntry> {
      const [entry] = (await cache.read([key])).entries
      if (!entry) throw new Error('a snapshot has an entry for each key')
      return entry
    },
    watch: (...keys: string[]) => cache.interest(keys.length > 0 ? keys : ['k'], WATCH),
    acquire,
    commit,
    async load(data = '1', options: { key?: string; maxAge?: number; minInterval?: number } = {}) {
      const grant = await acquire(options.key, 't', options.minInterval)
      expect(grant.outcome).toBe('granted')
      return commit(data, options)
    },
    fail: (retryIn = 5000, lease = 't') =>
      cache.fail('k', lease, { code: 'upstream', message: 'It said no.', reference: 'r1' }, retryIn),
    invalidate: (key = 'k', id?: string) =>
      cache.invalidate([id ? { key, cause: { id, topic: 'a.b' } } : { key }]),
    claimed: async () => (await cache.claim(100, 1000)).keys,
    following: (from: Version, count: number) => following(cache, from, count),
    feed: () => feed(cache),
    changes: async () => (await feed(cache)).flatMap((entry) => (entry.kind === 'change' ? [entry] : [])),
  }
}

/** The next `count` entries. */
async function following(cache: Cache, from: Version, count: number): Promise<FeedEntry[]> {
  const entries: FeedEntry[] = []
  if (count === 0) return entries
  for await (const batch of cache.tail(from, new AbortController().signal)) {
    if (batch.kind === 'entries') entries.push(...batch.entries)
    if (entries.length >= count) break
  }
  return entries
}

/** All from the beginning of this epoch up to its top. */
async function feed(cache: Cache): Promise<FeedEntry[]> {
  const { epoch, offset } = (await cache.read([])).cursor
  return following(cache, { epoch, offset: 0 }, offset)
}
