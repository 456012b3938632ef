import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import type { Server } from '#testing/servers/server.ts'
import type { Cache, TailBatch } from './cache.ts'
import { redisCache } from './redis-cache.ts'
import type { Version } from './version.ts'

/** For each test of the file a Redis of its own, and a cache on it. */
export function eachWithRedis() {
  let server: Server
  let cache: Cache
  let stop: AbortController
  const opened: Cache[] = []

  /** As another process would: `url` is the server's if none is given. */
  async function open(url = server.url): Promise<Cache> {
    const another = await redisCache({ url })
    opened.push(another)
    return another
  }

  beforeEach(async () => {
    server = await startRedis()
    stop = new AbortController()
    cache = await open()
  })
  afterEach(async () => {
    stop.abort()
    await Promise.all(opened.splice(0).map((each) => each.close()))
    await server.stop()
  })

  return {
    get server() {
      return server
    },
    get cache() {
      return cache
    },
    /** Aborts when the test has ended. */
    get signal() {
      return stop.signal
    },
    open,
    /** Runs `act` on a connection of its own. */
    async redis<T>(act: (redis: Redis) => Promise<T>): Promise<T> {
      const client = new Redis(server.url)
      try {
        return await act(client)
      } finally {
        client.disconnect()
      }
    },
    async load(key: string, data: string) {
      await cache.interest([key], 60_000)
      expect(await cache.acquire(key, 't', 60_000, 0)).toMatchObject({ outcome: 'granted' })
      return cache.commit(key, 't', { data, hash: data, empty: false, dueAt: Date.now() + 60_000 })
    },
    following: (from: Version | undefined, by = cache) => following(by.tail(from, stop.signal)),
  }
}

/** Everything a tail yields, from now on. */
function following(tail: AsyncIterable<TailBatch>) {
  const seen: TailBatch[] = []
  void (async () => {
    for await (const batch of tail) seen.push(batch)
  })()
  return { seen, keys: () => seen.flatMap(keysOf) }
}

const keysOf = (batch: TailBatch) =>
  batch.kind === 'entries'
    ? batch.entries.map((item) => (item.kind === 'change' ? item.entry.key : item.kind))
    : []

export const epochsOf = (seen: readonly TailBatch[]) =>
  seen.flatMap((batch) => (batch.kind === 'epoch' ? [batch.epoch] : []))
