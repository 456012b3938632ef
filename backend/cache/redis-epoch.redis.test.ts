import { describe, expect, test } from 'vitest'
import { eachWithRedis, epochsOf } from './redis-server.fixtures.ts'
import { simulateClock } from './script/patch.ts'

simulateClock()

const own = eachWithRedis()

test('processes share one epoch, in whatever order they come', async () => {
  const other = await own.open()
  const { cursor } = await own.cache.read([])
  expect((await other.read([])).cursor).toEqual(cursor)
  await own.load('k', '1')
  expect((await other.read(['k'])).entries[0]).toMatchObject({ data: '1', fresh: true })
})

test('a flush is a new, higher epoch, which verbs run in and a quiet tail tells within its second', async () => {
  await own.load('k', '1')
  const before = (await own.cache.read([])).cursor
  const { seen, keys } = own.following(before)
  await own.load('x', '1')
  await expect.poll(keys).toEqual(['x'])
  await own.redis((client) => client.flushall())
  await expect.poll(() => epochsOf(seen).length).toBe(1)
  const reading = await own.cache.read(['k'])
  expect(reading.cursor).toEqual({ epoch: epochsOf(seen)[0], offset: 0 })
  expect(reading.cursor.epoch).toBeGreaterThan(before.epoch)
  expect(reading.entries[0]).toMatchObject({ hasData: false, version: reading.cursor })
  await own.load('y', '2')
  await expect.poll(keys).toEqual(['x', 'y'])
})

test('a flush while verbs run: they run again in the new epoch, all processes in the same', async () => {
  const other = await own.open()
  const before = (await own.cache.read([])).cursor
  await own.redis((client) => client.flushall())
  const cursors = await Promise.all(
    [own.cache, other, own.cache, other].map(async (each) => (await each.read([])).cursor),
  )
  expect(new Set(cursors.map(({ epoch }) => epoch)).size).toBe(1)
  expect(cursors[0]?.epoch).toBeGreaterThan(before.epoch)
})

test('the epoch exceeds what any process has known, also when the clock went back', async () => {
  const future = Date.now() + 1_000_000
  await own.redis(async (client) => {
    await client.set('{hubs}:clock', future)
    await client.flushall()
    await client.set('{hubs}:clock', future)
  })
  expect((await own.cache.read([])).cursor.epoch).toBe(future)
  await own.redis((client) => client.flushall())
  const fresher = await own.open()
  expect((await fresher.read([])).cursor.epoch).toBeLessThan(future)
  expect((await own.cache.read([])).cursor.epoch).toBe(future + 1)
  expect((await fresher.read([])).cursor.epoch).toBe(future + 1)
})

test('what an older layout stored begins anew, and a newer one is not touched', async () => {
  await own.load('k', '1')
  const before = (await own.cache.read([])).cursor
  const layout = (number: number) =>
    own.redis((client) => client.hset('{hubs}:meta', { layout: number, epoch: before.epoch }))
  await layout(0)
  const later = await own.open()
  const reading = await later.read(['k'])
  expect(reading.cursor.epoch).toBeGreaterThan(before.epoch)
  expect(reading.entries[0]?.fresh).toBe(false)
  await own.redis((client) => client.hset('{hubs}:meta', { layout: 1_000, epoch: reading.cursor.epoch + 1 }))
  await expect(later.read([])).rejects.toMatchObject({ code: 'cache-away' })
  expect(await own.redis((client) => client.hget('{hubs}:meta', 'layout'))).toBe('1000')
})

test('a load of the old epoch is lost in the new', async () => {
  await own.cache.interest(['k'], 60_000)
  await own.cache.acquire('k', 't', 60_000, 0)
  await own.redis((client) => client.flushall())
  expect(
    await own.cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: Date.now() + 1000 }),
  ).toBe('lost')
})

describe('another server with the same data, as after a failover', () => {
  /** The server's identity is not what the store remembers, which connecting finds out. */
  const failOver = async () => {
    await own.redis(async (client) => {
      await client.hset('{hubs}:meta', 'identity', 'of another server')
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    })
    await expect
      .poll(() =>
        own.cache.read([]).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  }

  test('shows its entries, none of them fresh, at offset 0 of a new epoch', async () => {
    await own.load('k', '1')
    const before = (await own.cache.read(['k'])).entries[0]
    await failOver()
    const { cursor, entries } = await own.cache.read(['k'])
    expect(cursor.epoch).toBeGreaterThan(before?.version.epoch ?? Infinity)
    expect(entries[0]).toMatchObject({
      data: '1',
      fresh: false,
      building: true,
      version: { epoch: cursor.epoch, offset: 0 },
      dataOffset: 0,
    })
    // Due by the new epoch alone, before any session renews its interest.
    expect((await own.cache.claim(10, 1000)).keys).toEqual(['k'])
    expect((await own.cache.interest(['k'], 60_000)).lapsed).toEqual([])
    expect(await own.load('k', '1')).toBe('fresh')
    expect((await own.cache.read(['k'])).entries[0]).toMatchObject({
      fresh: true,
      version: { epoch: cursor.epoch, offset: 1 },
      dataOffset: 0,
    })
  })

  test('a failed load does not make old data fresh', async () => {
    await own.load('k', '1')
    await failOver()
    expect((await own.cache.acquire('k', 't', 60_000, 0)).outcome).toBe('granted')
    await own.cache.fail('k', 't', { code: 'threw', message: 'No.', reference: 'r' }, 1000)
    expect((await own.cache.read(['k'])).entries[0]).toMatchObject({
      data: '1',
      fresh: false,
      version: { offset: 1 },
    })
  })

  test('its leases are void', async () => {
    await own.cache.interest(['k'], 60_000)
    await own.cache.acquire('k', 'old', 60_000, 0)
    await failOver()
    expect(await own.cache.extend('k', 'old', 1000)).toBe(false)
    expect((await own.cache.acquire('k', 'new', 60_000, 0)).outcome).toBe('granted')
    const result = { data: '1', hash: '1', empty: false, dueAt: Date.now() + 60_000 }
    expect(await own.cache.commit('k', 'old', result)).toBe('lost')
    expect(await own.cache.commit('k', 'new', result)).toBe('fresh')
  })

  test('loads keep their distance, and wait no longer than that', async () => {
    await own.cache.interest(['k'], 3_600_000)
    await own.cache.acquire('k', 't', 60_000, 600_000)
    await own.cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: Date.now() + 3_600_000 })
    await failOver()
    expect((await own.cache.claim(10, 1000)).keys).toEqual(['k'])
    expect(await own.cache.acquire('k', 't', 60_000, 600_000)).toEqual({ outcome: 'busy' })
    // Not hidden by the claim alone, after which it would be claimed again and again in vain.
    expect((await own.cache.claim(10, 1000)).nextIn).toBeGreaterThan(500_000)
  })

  test('the old feed does not stay for ever', async () => {
    await own.load('k', '1')
    const { epoch } = (await own.cache.read([])).cursor
    await failOver()
    expect(await own.redis((client) => client.pttl(`{hubs}:feed:${epoch}`))).toBeGreaterThan(0)
  })
})
