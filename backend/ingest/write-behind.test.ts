import { expect, test } from 'vitest'
import type { LoggedEvent } from '#widgets/define.ts'
import { writeBehind } from './write-behind.ts'

/** The machine may be busy. */
const soon = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 })

const event = (id: number | string): LoggedEvent => ({
  id: String(id),
  source: 's',
  type: 't',
  topic: 't',
  time: 0,
  receivedAt: 0,
  data: null,
})

/** A log whose database can be taken away. */
function setUp() {
  const batches: string[][] = []
  const stop = new AbortController()
  const place = { away: false, refused: new Set<string>() }
  const warnings: string[] = []
  const counts = { logged: 0, dropped: 0, unlogged: 0 }
  const behind = writeBehind({
    log: {
      async append(received) {
        if (place.away) throw new Error('away')
        batches.push(received.map(({ id }) => id))
        return received.filter(({ id }) => place.refused.has(id)).map((event) => ({ event, reason: 'bad' }))
      },
    },
    counts,
    logger: { warn: (_: unknown, message?: string) => void warnings.push(message ?? '') },
    signal: stop.signal,
  })
  return { behind, batches, counts, place, stop, warnings }
}

test('those that come within a moment go together, as many as a batch takes', async () => {
  const { behind, batches, counts } = setUp()
  for (let id = 1; id <= 1_200; id++) behind.offer(event(id), false, 100)
  await behind.close()
  expect(batches.map((batch) => batch.length)).toEqual([1_024, 176])
  expect(batches.flat()).toEqual(Array.from({ length: 1_200 }, (_, index) => String(index + 1)))
  expect(counts).toEqual({ logged: 1_200, dropped: 0, unlogged: 0 })
  behind.offer(event('later'), false, 100)
  await behind.close()
  expect(counts.logged).toBe(1_201)
})

test('one that comes alone is logged by itself', async () => {
  const { behind, batches } = setUp()
  behind.offer(event(1), false, 100)
  await soon(() => batches).toEqual([['1']])
  behind.offer(event(2), false, 100)
  await soon(() => batches).toEqual([['1'], ['2']])
})

test('while the database is away 10,000 wait, then those that matched; the rest is counted', async () => {
  const { behind, counts, place, warnings } = setUp()
  place.away = true
  for (let id = 0; id < 10_000; id++) behind.offer(event(id), false, 100)
  expect(behind.hasCapacity).toBe(false)
  behind.offer(event('unmatched'), false, 100)
  for (let id = 0; id < 10_000; id++) behind.offer(event(`matched ${id}`), true, 100)
  behind.offer(event('too many'), true, 100)
  expect(behind.waiting).toBe(20_000)
  expect(counts.dropped).toBe(2)
  await soon(() => warnings).toEqual(['Events wait for the event log'])
  place.away = false
  await behind.close()
  expect(counts).toEqual({ logged: 20_000, dropped: 2, unlogged: 0 })
  expect(behind.hasCapacity).toBe(true)
})

test('what the database refuses is counted and told', async () => {
  const { behind, counts, place, warnings } = setUp()
  place.refused.add('2')
  for (const id of [1, 2, 3]) behind.offer(event(id), false, 100)
  await behind.close()
  expect(counts).toEqual({ logged: 2, dropped: 0, unlogged: 1 })
  expect(warnings).toEqual(['An event cannot be logged'])
})

test('ending while the database is away gives up and counts', async () => {
  const { behind, counts, place, stop } = setUp()
  place.away = true
  for (let id = 0; id < 300; id++) behind.offer(event(id), false, 100)
  stop.abort()
  await behind.close()
  expect(counts).toEqual({ logged: 0, dropped: 300, unlogged: 0 })
})

test('ending logs what waits', async () => {
  const { behind, counts, stop } = setUp()
  for (let id = 0; id < 300; id++) behind.offer(event(id), false, 100)
  stop.abort()
  await behind.close()
  expect(counts.logged).toBe(300)
})

test('large events are bounded by their bytes as well', async () => {
  const { behind, counts, place, stop } = setUp()
  place.away = true
  const megabyte = 1024 * 1024
  for (let id = 0; id < 64; id++) behind.offer(event(id), false, megabyte)
  expect([behind.hasCapacity, counts.dropped]).toEqual([false, 0])
  behind.offer(event('unmatched'), false, megabyte)
  expect(counts.dropped).toBe(1)
  behind.offer(event('matched'), true, megabyte)
  expect(counts.dropped).toBe(1)
  place.away = false
  await behind.close()
  expect([behind.hasCapacity, counts.logged]).toEqual([true, 65])
  stop.abort()
})
