import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import type { Cache, TailBatch } from './cache.ts'
import { describeCache } from './contract.ts'
import { redisCache } from './redis-cache.ts'
import { simulateClock } from './script/patch.ts'

simulateClock()

const shared = await startRedis()
const admin = new Redis(shared.url)
afterAll(async () => {
  admin.disconnect()
  await shared.stop()
})

let opened = 0
describeCache('Redis cache', async () => {
  opened += 1
  const prefix = `{contract-${opened}}`
  let now = 1_700_000_000_000
  const advance = async (ms: number) => {
    now += ms
    await admin.set(`${prefix}:clock`, now)
  }
  await advance(0)
  const cache = await redisCache({ url: shared.url, prefix })
  return { cache, advance, close: () => cache.close() }
})

describe('Redis cache, its server lost and found', () => {
  let server: Awaited<ReturnType<typeof startRedis>>
  let cache: Cache
  const stop = new AbortController()
  const closing: Cache[] = []
  const open = async () => {
    const other = await redisCache({ url: server.url })
    closing.push(other)
    return other
  }
  const redis = async <T>(act: (redis: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(server.url)
    try {
      return await act(client)
    } finally {
      client.disconnect()
    }
  }
  const away = { code: 'cache-away' }

  beforeEach(async () => {
    server = await startRedis()
    cache = await open()
  })
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((each) => each.close()))
    await server.stop()
  })
  afterAll(() => stop.abort())

  const load = async (key: string, data: string, by = cache) => {
    await by.interest([key], 60_000)
    expect(await by.acquire(key, 't', 60_000, 0)).toMatchObject({ outcome: 'granted' })
    return by.commit(key, 't', { data, hash: data, empty: false, dueAt: Date.now() + 60_000 })
  }
  /** Everything a tail yields, and how long after `since` it did. */
  const following = async (from: { epoch: number; offset: number } | undefined, by = cache) => {
    const seen: TailBatch[] = []
    const tail = by.tail(from, stop.signal)
    const done = (async () => {
      for await (const batch of tail) seen.push(batch)
    })()
    return {
      seen,
      done,
      keys: () => seen.flatMap((batch) => (batch.kind === 'entries' ? batch.entries.map(named) : [])),
    }
  }
  const named = (entry: { kind: string; entry?: { key: string } }) => entry.entry?.key ?? entry.kind
  const epochs = (seen: readonly TailBatch[]) =>
    seen.flatMap((batch) => (batch.kind === 'epoch' ? [batch.epoch] : []))

  test('processes share one epoch, in whatever order they come', async () => {
    const other = await open()
    const { cursor } = await cache.read([])
    expect((await other.read([])).cursor).toEqual(cursor)
    await load('k', '1')
    expect((await other.read(['k'])).entries[0]).toMatchObject({ data: '1', fresh: true })
  })

  test('a flush is a new, higher epoch, which verbs run in and a quiet tail tells within its second', async () => {
    await load('k', '1')
    const before = (await cache.read([])).cursor
    const { seen, keys } = await following(before)
    await load('x', '1')
    await expect.poll(keys).toEqual(['x'])
    await redis((client) => client.flushall())
    await expect.poll(() => epochs(seen).length).toBe(1)
    const reading = await cache.read(['k'])
    expect(reading.cursor).toEqual({ epoch: epochs(seen)[0], offset: 0 })
    expect(reading.cursor.epoch).toBeGreaterThan(before.epoch)
    expect(reading.entries[0]).toMatchObject({ hasData: false, version: reading.cursor })
    await load('y', '2')
    await expect.poll(keys).toEqual(['x', 'y'])
  })

  test('a flush while verbs run: they run again in the new epoch, all processes in the same', async () => {
    const other = await open()
    const before = (await cache.read([])).cursor
    await redis((client) => client.flushall())
    const cursors = await Promise.all(
      [cache, other, cache, other].map(async (each) => (await each.read([])).cursor),
    )
    expect(new Set(cursors.map(({ epoch }) => epoch)).size).toBe(1)
    expect(cursors[0]?.epoch).toBeGreaterThan(before.epoch)
  })

  test('the epoch exceeds what any process has known, also when the clock went back', async () => {
    const future = Date.now() + 1_000_000
    await redis(async (client) => {
      await client.set('{hubs}:clock', future)
      await client.flushall()
      await client.set('{hubs}:clock', future)
    })
    expect((await cache.read([])).cursor.epoch).toBe(future)
    await redis((client) => client.flushall())
    const fresher = await open()
    expect((await fresher.read([])).cursor.epoch).toBeLessThan(future)
    expect((await cache.read([])).cursor.epoch).toBe(future + 1)
    expect((await fresher.read([])).cursor.epoch).toBe(future + 1)
  })

  test('what an older layout stored begins anew, and a newer one is not touched', async () => {
    await load('k', '1')
    const before = (await cache.read([])).cursor
    const layout = (number: number) =>
      redis((client) => client.hset('{hubs}:meta', { layout: number, epoch: before.epoch }))
    await layout(0)
    const later = await open()
    const reading = await later.read(['k'])
    expect(reading.cursor.epoch).toBeGreaterThan(before.epoch)
    expect(reading.entries[0]?.fresh).toBe(false)
    await redis((client) => client.hset('{hubs}:meta', { layout: 1_000, epoch: reading.cursor.epoch + 1 }))
    await expect(later.read([])).rejects.toMatchObject({ code: 'cache-away' })
    expect(await redis((client) => client.hget('{hubs}:meta', 'layout'))).toBe('1000')
  })

  test('a load of the old epoch is lost in the new', async () => {
    await cache.interest(['k'], 60_000)
    await cache.acquire('k', 't', 60_000, 0)
    await redis((client) => client.flushall())
    expect(
      await cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: Date.now() + 1000 }),
    ).toBe('lost')
  })

  describe('another server with the same data, as after a failover', () => {
    /** The server's identity is not what the store remembers, which connecting finds out. */
    const failOver = async () => {
      await redis(async (client) => {
        await client.hset('{hubs}:meta', 'identity', 'of another server')
        await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      })
      await expect
        .poll(() =>
          cache.read([]).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true)
    }

    test('shows its entries, none of them fresh, at offset 0 of a new epoch', async () => {
      await load('k', '1')
      const before = (await cache.read(['k'])).entries[0]
      await failOver()
      const { cursor, entries } = await cache.read(['k'])
      expect(cursor.epoch).toBeGreaterThan(before?.version.epoch ?? Infinity)
      expect(entries[0]).toMatchObject({
        data: '1',
        fresh: false,
        building: true,
        version: { epoch: cursor.epoch, offset: 0 },
        dataOffset: 0,
      })
      // Due by the new epoch alone, before any session renews its interest.
      expect((await cache.claim(10, 1000)).keys).toEqual(['k'])
      expect((await cache.interest(['k'], 60_000)).lapsed).toEqual([])
      expect(await load('k', '1')).toBe('fresh')
      expect((await cache.read(['k'])).entries[0]).toMatchObject({
        fresh: true,
        version: { epoch: cursor.epoch, offset: 1 },
        dataOffset: 0,
      })
    })

    test('a failed load does not make old data fresh', async () => {
      await load('k', '1')
      await failOver()
      expect((await cache.acquire('k', 't', 60_000, 0)).outcome).toBe('granted')
      await cache.fail('k', 't', { code: 'threw', message: 'No.', reference: 'r' }, 1000)
      expect((await cache.read(['k'])).entries[0]).toMatchObject({
        data: '1',
        fresh: false,
        version: { offset: 1 },
      })
    })

    test('its leases are void', async () => {
      await cache.interest(['k'], 60_000)
      await cache.acquire('k', 'old', 60_000, 0)
      await failOver()
      expect(await cache.extend('k', 'old', 1000)).toBe(false)
      expect((await cache.acquire('k', 'new', 60_000, 0)).outcome).toBe('granted')
      const result = { data: '1', hash: '1', empty: false, dueAt: Date.now() + 60_000 }
      expect(await cache.commit('k', 'old', result)).toBe('lost')
      expect(await cache.commit('k', 'new', result)).toBe('fresh')
    })

    test('loads keep their distance, and wait no longer than that', async () => {
      await cache.interest(['k'], 3_600_000)
      await cache.acquire('k', 't', 60_000, 600_000)
      await cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: Date.now() + 3_600_000 })
      await failOver()
      expect((await cache.claim(10, 1000)).keys).toEqual(['k'])
      expect(await cache.acquire('k', 't', 60_000, 600_000)).toEqual({ outcome: 'busy' })
      // Not hidden by the claim alone, after which it would be claimed again and again in vain.
      expect((await cache.claim(10, 1000)).nextIn).toBeGreaterThan(500_000)
    })

    test('the old feed does not stay for ever', async () => {
      await load('k', '1')
      const { epoch } = (await cache.read([])).cursor
      await failOver()
      expect(await redis((client) => client.pttl(`{hubs}:feed:${epoch}`))).toBeGreaterThan(0)
    })
  })

  test('a restart without data: verbs reject at once while it is away, then go on in a new epoch', async () => {
    await load('k', '1')
    const before = (await cache.read([])).cursor
    const { seen, keys } = await following(before)
    const wakes = cache.wakes(stop.signal)[Symbol.asyncIterator]()
    await wakes.next()
    await server.kill()
    await expect
      .poll(() =>
        cache.read([]).then(
          () => 'here',
          (error) => error.code,
        ),
      )
      .toBe('cache-away')
    await expect(cache.invalidate([{ key: 'k' }])).rejects.toMatchObject(away)
    await expect(
      cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: 0 }),
    ).rejects.toMatchObject(away)
    const back = wakes.next()
    await server.restart()
    await expect
      .poll(() => cache.read(['k']).catch(() => undefined))
      .toMatchObject({
        entries: [{ hasData: false }],
      })
    await expect.poll(() => epochs(seen).length).toBe(1)
    expect(epochs(seen)[0]).toBeGreaterThan(before.epoch)
    await load('again', '1')
    await expect.poll(keys).toEqual(['again'])
    expect((await back).done).toBe(false)
    await wakes.return?.()
  })

  test('a server that stops answering counts as away, and is found again', async () => {
    server.pause()
    await expect(cache.read([])).rejects.toMatchObject(away)
    server.resume()
    await expect
      .poll(
        () =>
          cache.read([]).then(
            () => 'here',
            () => 'away',
          ),
        { timeout: 10_000 },
      )
      .toBe('here')
  })

  test('it opens while the server is away, and begins when it comes', async () => {
    await server.kill()
    const early = await open()
    await expect(early.read([])).rejects.toMatchObject(away)
    const { keys } = await following(undefined, early)
    await server.restart()
    await expect
      .poll(() =>
        early.read([]).then(
          () => 'here',
          () => 'away',
        ),
      )
      .toBe('here')
    await expect
      .poll(async () => {
        await early.pulse('p', 1, 1000)
        return keys()
      })
      .toContain('pulse')
  })

  test('the tail survives the end of its connection without losing an entry', async () => {
    const { cursor } = await cache.read([])
    const { keys } = await following(cursor)
    const sent: string[] = []
    for (let n = 0; n < 20; n++) {
      if (n % 5 === 0) {
        await redis(async (client) => {
          const clients = String(await client.client('LIST')).split('\n')
          const tails = clients
            .filter((line) => line.includes('cmd=xread'))
            .map((line) => /id=(\d+)/.exec(line)?.[1] ?? '')
          for (const id of tails) await client.client('KILL', 'ID', id)
        })
      }
      sent.push(`k${n}`)
      await load(`k${n}`, '1')
    }
    await expect.poll(keys).toEqual(sent)
  })

  test('scripts the server forgot are sent again', async () => {
    await load('k', '1')
    await redis((client) => client.script('FLUSH'))
    expect((await cache.read(['k'])).entries[0]?.data).toBe('1')
  })

  test('a server that may evict any key is refused in words', async () => {
    await redis((client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'))
    await expect(redisCache({ url: server.url })).rejects.toThrow(
      /maxmemory-policy is allkeys-lru.*noeviction/,
    )
    await redis((client) => client.config('SET', 'maxmemory-policy', 'volatile-lru'))
    await (await open()).read([])
  })

  test('a database that the server lacks is refused in words', async () => {
    const before = await redis((client) => client.dbsize())
    await expect(redisCache({ url: `${server.url}/99` })).rejects.toThrow(
      'Redis has no database 99: name one that it has in REDIS_URL.',
    )
    expect(await redis((client) => client.dbsize())).toBe(before)
  })

  test('a full server is away, not broken', async () => {
    await redis((client) => client.config('SET', 'maxmemory', '1'))
    const full = { ...away, message: 'Redis is full: it has reached its maxmemory.' }
    await expect(cache.interest(['k'], 1000)).rejects.toMatchObject(full)
    // What only reads does not notice.
    await cache.read([])
    await expect(cache.check()).rejects.toMatchObject(full)
    await redis((client) => client.config('SET', 'maxmemory', '0'))
    await cache.interest(['k'], 1000)
    await cache.check()
  })

  test('a server that wants a password, or forbids, says so', async () => {
    await redis((client) => client.config('SET', 'requirepass', 'secret'))
    const stranger = await open()
    await expect
      .poll(() => stranger.check().catch((error) => error))
      .toMatchObject({ ...away, message: 'Redis wants a password: check REDIS_URL.' })
    const url = server.url.replace('//', '//:wrong@')
    const guesser = await redisCache({ url })
    closing.push(guesser)
    await expect
      .poll(() => guesser.check().catch((error) => error))
      .toMatchObject({ ...away, message: 'Redis refuses our user or password: check REDIS_URL.' })
  })

  test('entries expire a week after the last interest, the feed and the queue never', async () => {
    await load('k', '1')
    const left = await redis((client) =>
      Promise.all(['entry:k', 'meta', 'dirty'].map((key) => client.pttl(`{hubs}:${key}`))),
    )
    expect(left[0]).toBeGreaterThan(7 * 24 * 3600 * 1000 - 60_000)
    expect(left.slice(1)).toEqual([-1, -1])
  })
})
