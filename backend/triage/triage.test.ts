import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { busMessages, facts } from '#drizzle/schema.ts'
import type { DeliveredMessage } from '../bus/bus.ts'
import { busStore } from '../bus/bus-store.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { OpenDatabase } from '../db/database.ts'
import { emptyPglite } from '../db/pglite.fixtures.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { openTestTriage, type TestTriage } from './triage.fixtures.ts'

/** The machine may be busy. */
const soon = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 })

let database: OpenDatabase
let line: TestTriage
beforeAll(async () => {
  database = await emptyPglite()
  await database.migrate()
}, 120_000)
afterEach(() => line.stop())
afterAll(() => database.close())

const target = (key: string, fields: Partial<InvalidationTarget> = {}): InvalidationTarget => ({
  key,
  reads: false,
  settle: 0,
  ...fields,
})
const logged = async () => (await line.log.read({ patterns: ['>'], limit: 500 })).events.map(({ id }) => id)
const rows = () => database.db.select().from(busMessages).orderBy(busMessages.sequence)
const acknowledged = async () => (await rows()).map(({ ackedAt }) => ackedAt !== null)
const dead = async () =>
  (await rows()).flatMap(({ id, deadReason }) => (deadReason ? [[id, deadReason]] : []))
/** A message as a former process left it. */
const left = (id: string, deliveries: number, body = '{}') =>
  database.db.insert(busMessages).values({ id, topic: 'a', body, storedAt: new Date(), deliveries })

test('an event invalidates the keys it concerns, and no other; it is logged and acknowledged', async () => {
  let due = 0
  line = await openTestTriage(database, { onDue: () => due++ })
  line.index.add('1', [{ topic: 'a.*' }], target('hit'))
  line.index.add('2', [{ topic: 'a.>', where: { 'data.n': 1 } }], target('picky'))
  line.index.add('3', [{ topic: 'b' }], target('miss'))
  const before = await Promise.all(['hit', 'picky', 'miss'].map(line.required))
  line.start()
  await line.publish('a.b', '1', { n: 2 })
  await soon(acknowledged).toEqual([true])
  const after = await Promise.all(['hit', 'picky', 'miss'].map(line.required))
  expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 0, 0])
  expect(due).toBe(1)
  await soon(logged).toEqual(['1'])
  expect(line.counts).toMatchObject({ events: 1, matched: 1, invalidated: 1, logged: 1, dropped: 0 })
})

test('what matches nothing is logged and acknowledged', async () => {
  line = await openTestTriage(database)
  line.start()
  await line.publish('a', '1')
  await soon(acknowledged).toEqual([true])
  await soon(logged).toEqual(['1'])
  expect(line.counts).toMatchObject({ events: 1, matched: 0, invalidated: 0 })
})

test('keys of types that read the log wait for it, the others do not', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('reads', { reads: true }))
  line.index.add('2', [{ topic: 'a' }], target('plain'))
  line.away.log = true
  line.start()
  await line.publish('a', '1')
  await soon(() => line.counts.away).toBeGreaterThan(0)
  expect(line.trace).toEqual(['invalidate plain'])
  expect(await acknowledged()).toEqual([false])
  line.away.log = false
  await soon(acknowledged).toEqual([true])
  expect(line.trace).toEqual(['invalidate plain', 'log 1', 'invalidate reads'])
})

test('a type that does not read the log works while the database of the log is away', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('plain'))
  line.away.log = true
  line.start()
  await line.publish('a', '1')
  await soon(acknowledged).toEqual([true])
  expect(line.trace).toEqual(['invalidate plain'])
  line.away.log = false
  await soon(logged).toEqual(['1'])
})

test('keys that need not wait for the log do not wait for those that do, however many came before', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('reads', { reads: true }))
  line.index.add('2', [{ topic: 'b' }], target('plain'))
  line.away.log = true
  line.start()
  for (let id = 1; id <= 12; id++) {
    await line.publish('a', String(id))
    await soon(() => line.counts.events).toBe(id)
  }
  await line.publish('b', '13')
  await soon(() => line.trace).toEqual(['invalidate plain'])
  line.away.log = false
  await soon(async () => (await acknowledged()).every(Boolean)).toBe(true)
  const logged = line.trace.filter((said) => said.startsWith('log')).map((said) => said.split(' ').length - 1)
  expect(logged.reduce((sum, count) => sum + count)).toBe(13)
  // Those that waited go together, and what they make stale is said once.
  expect(logged.length).toBeLessThan(8)
  expect(line.trace.filter((said) => said === 'invalidate reads').length).toBeLessThan(8)
})

test('while the database is away no more is taken than memory holds, whatever the size of events', async () => {
  const body = Buffer.from(JSON.stringify('x'.repeat(250_000)))
  const bus = await memoryBus({ store: busStore(database.db), log: pino({ level: 'silent' }) })
  let acked = 0
  const large = (sequence: number): DeliveredMessage => ({
    ...{ topic: 'a', body, sequence, stream: 's', time: sequence, deliveries: 1 },
    ack: () => void acked++,
    working() {},
    async deadLetter() {},
  })
  line = await openTestTriage(database, {
    bus: {
      ...bus,
      async *consume() {
        for (let taken = 0; taken < 800; taken += 50)
          yield Array.from({ length: 50 }, (_, each) => large(taken + each + 1))
      },
    },
  })
  line.index.add('1', [{ topic: 'a' }], target('reads', { reads: true }))
  line.away.log = true
  line.start()
  await soon(() => line.counts.away).toBeGreaterThan(8)
  expect(line.counts.events).toBeLessThanOrEqual(400)
  line.away.log = false
  await expect.poll(() => acked, { timeout: 60_000 }).toBe(800)
}, 90_000)

test('after events were lost, all that follows events is stale, a key once', async () => {
  const bus = await memoryBus({ store: busStore(database.db), log: pino({ level: 'silent' }) })
  line = await openTestTriage(database, {
    bus: {
      ...bus,
      async *consume(options) {
        await options.lost?.(7)
        yield* bus.consume(options)
      },
    },
  })
  const interests = [{ topic: 'a', where: { subject: 'x' } }]
  line.index.add('1', interests, target('k1'))
  line.index.add('2', [{ topic: 'b' }], target('k1'))
  line.index.add('3', interests, target('k2', { reads: true }))
  line.index.add('4', [], target('by the clock'))
  const keys = ['k1', 'k2', 'by the clock']
  const before = await Promise.all(keys.map(line.required))
  line.start()
  await soon(() => line.counts.invalidated).toBe(2)
  const after = await Promise.all(keys.map(line.required))
  expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 0])
  expect(line.counts.lost).toBe(7)
})

test('a batch is taken while the keys of the one before are being invalidated', async () => {
  let free = () => {}
  const stuck = new Promise<void>((resolve) => {
    free = resolve
  })
  onTestFinished(() => free())
  const cache = memoryCache()
  line = await openTestTriage(database, {
    cache: {
      ...cache,
      async invalidate(marks) {
        if (marks.some(({ key }) => key === 'slow')) await stuck
        return cache.invalidate(marks)
      },
    },
  })
  line.index.add('1', [{ topic: 'a' }], target('slow'))
  line.index.add('2', [{ topic: 'b' }], target('quick'))
  line.start()
  await line.publish('a', '1')
  await soon(() => line.trace).toEqual(['invalidate slow'])
  await line.publish('b', '2')
  await soon(acknowledged).toEqual([false, true])
  free()
  await soon(acknowledged).toEqual([true, true])
})

test('while the cache is away two batches are taken and no more', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: '>' }], target('k'))
  line.away.cache = true
  line.start()
  await line.bus.publish(
    Array.from({ length: 3_000 }, (_, id) => ({ topic: 'a', id: String(id), body: '{}' })),
  )
  await soon(() => line.counts.events).toBe(2 * 256)
  const tries = line.counts.away
  await soon(() => line.counts.away).toBeGreaterThan(tries + 4)
  expect(line.counts.events).toBe(2 * 256)
  line.away.cache = false
  await expect.poll(() => line.counts.events, { timeout: 20_000 }).toBe(3_000)
  await soon(async () => (await acknowledged()).every(Boolean)).toBe(true)
})

test('while the cache is away nothing is acknowledged, given up or delivered again', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: '>' }], target('k'))
  line.away.cache = true
  line.start()
  for (let id = 0; id < 20; id++) await line.publish('a', String(id))
  await soon(() => line.counts.away).toBeGreaterThan(3)
  expect(new Set(await acknowledged())).toEqual(new Set([false]))
  line.away.cache = false
  await soon(async () => new Set(await acknowledged())).toEqual(new Set([true]))
  expect(line.counts).toMatchObject({ events: 20, deadLettered: 0, failed: 0 })
  expect(await dead()).toEqual([])
})

test('a message is acknowledged once the index has every widget of then', async () => {
  let behind = true
  let asked = 0
  line = await openTestTriage(database, {
    async indexed() {
      asked += 1
      if (behind) throw new Error('behind')
    },
  })
  line.index.add('1', [{ topic: 'a' }], target('k'))
  const before = await line.required('k')
  line.start()
  await line.publish('a', '1')
  await soon(() => asked).toBeGreaterThan(2)
  // What is known already need not wait.
  expect((await line.required('k')) - before).toBe(1)
  expect(await acknowledged()).toEqual([false])
  behind = false
  await soon(acknowledged).toEqual([true])
})

test('while the database is away no more is taken than it can hold in progress', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: '>' }], target('k', { reads: true }))
  line.away.log = true
  line.start()
  const messages = Array.from({ length: 12_000 }, (_, id) => ({ topic: 'a', id: String(id), body: '{}' }))
  await line.bus.publish(messages)
  await soon(() => line.counts.events).toBeGreaterThanOrEqual(8_192)
  await soon(() => line.counts.away).toBeGreaterThan(8)
  expect(line.counts.events).toBeLessThanOrEqual(8_192 + 2 * 256)
  line.away.log = false
  await expect.poll(() => line.counts.logged, { timeout: 20_000 }).toBe(12_000)
  await soon(async () => (await acknowledged()).every(Boolean)).toBe(true)
  expect(line.counts.events).toBe(12_000)
})

test('a burst on one key is one invalidation a batch, with its newest causes', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: '>' }], target('k'))
  await line.required('k')
  await line.bus.publish(Array.from({ length: 200 }, (_, id) => ({ topic: 'a', id: String(id), body: '{}' })))
  line.start()
  await soon(() => line.counts.matched).toBe(200)
  const invalidated = line.trace.filter((each) => each === 'invalidate k')
  await soon(async () => (await acknowledged()).every(Boolean)).toBe(true)
  expect(invalidated).toHaveLength(1)
  await line.cache.acquire('k', 't', 10_000, 0)
  const { now } = await line.cache.read([])
  await line.cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: now + 60_000 })
  const [entry] = (await line.cache.read(['k'])).entries
  expect(entry?.cause).toHaveLength(10)
  const newest = (await rows()).at(-1)?.sequence
  expect(entry?.cause.at(-1)?.id).toContain(`:${newest}:`)
})

test('what is no event goes to the dead letters with the reason, its neighbours do not', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: '>' }], target('k'))
  await line.bus.publish([
    { topic: 'a', id: 'good', body: '{}' },
    { topic: 'a', id: 'text', body: 'hello' },
    { topic: 'a', id: 'envelope', body: '{"specversion":"1.0","id":"1","source":"s"}' },
    { topic: 'unheard', id: 'unmatched', body: '{"specversion":"1.0"' },
    { topic: 'a', id: 'fine', body: '[]' },
  ])
  line.start()
  await soon(() => line.counts.deadLettered).toBe(3)
  expect((await dead()).map(([, reason]) => reason)).toEqual([
    'The body is not JSON in UTF-8.',
    '/type is missing',
    'The body is not JSON in UTF-8.',
  ])
  await soon(async () => (await logged()).length).toBe(2)
})

test('many dead letters leave one line, and the others are counted', async () => {
  const lines: { msg: string }[] = []
  const logger = pino({ level: 'warn' }, { write: (text) => lines.push(JSON.parse(text)) })
  line = await openTestTriage(database, { logger })
  await line.bus.publish(
    Array.from({ length: 50 }, (_, at) => ({ topic: 'a', id: `junk-${at}`, body: `junk ${at}` })),
  )
  line.start()
  await soon(() => line.counts.deadLettered).toBe(50)
  expect(lines).toMatchObject([{ msg: 'A message went to the dead letters', topic: 'a' }])
})

test.each([
  ['awaited', true],
  ['written behind', false],
])('another event of a source and id goes to the dead letters, %s', async (_, reads) => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('k', { reads }))
  line.start()
  await line.publish('a', 'first')
  await soon(logged).toEqual(['first'])
  // As from a publisher on NATS whose message ids are its own.
  const body = JSON.stringify({ specversion: '1.0', id: 'first', source: 's', type: 't', data: 'other' })
  await line.bus.publish([{ topic: 'a', id: 'elsewhere', body }])
  await soon(() => line.counts.deadLettered).toBe(1)
  expect(await dead()).toEqual([['elsewhere', expect.stringMatching(/^Another event with this source/)]])
  expect((await line.log.read({ patterns: ['>'], limit: 9 })).events).toMatchObject([
    { id: 'first', data: null },
  ])
  expect(line.counts).toMatchObject({ logged: 1, unlogged: 1 })
})

test('a message delivered often is handled alone, and put aside only if it fails then', async () => {
  line = await openTestTriage(database)
  await line.stop()
  await left('innocent', 6)
  await left('guilty', 6, 'no JSON')
  await left('new', 0)
  line = await openTestTriage(database, { keep: true })
  line.index.add('1', [{ topic: '>' }], target('k', { reads: true }))
  line.start()
  await soon(async () => (await acknowledged()).every(Boolean)).toBe(true)
  expect(await dead()).toEqual([['guilty', 'The body is not JSON in UTF-8.']])
  await soon(() => line.counts.deadLettered).toBe(1)
  expect(line.trace.filter((each) => each.startsWith('log'))).toHaveLength(2)
})

test('one that has ended the process again and again is put aside before it is handled once more', async () => {
  line = await openTestTriage(database)
  await line.stop()
  await left('deadly', 9)
  line = await openTestTriage(database, { keep: true })
  line.index.add('1', [{ topic: '>' }], target('k'))
  line.start()
  await soon(() => line.trace).toContain('invalidate k')
  expect(await dead()).toEqual([['deadly', 'It was delivered 11 times and never finished.']])
})

test('a message we fail on comes again; alone and failing still it is put aside', async () => {
  line = await openTestTriage(database)
  await line.stop()
  await left('often', 6)
  line = await openTestTriage(database, { keep: true })
  line.index.match = () => {
    throw new Error('a bug')
  }
  line.start()
  await line.publish('a', '1')
  await soon(() => line.counts.failed).toBe(2)
  expect(await dead()).toEqual([['often', 'Handling it alone failed.']])
  expect(await acknowledged()).toEqual([true, false])
})

test('an event handled after a later one makes its key stale all the same', async () => {
  line = await openTestTriage(database)
  const { cache, index } = line
  index.add('1', [{ topic: 'a' }], target('k', { reads: true }))
  const { match } = index
  let failed = false
  index.match = (...event) => {
    if (failed) return match(...event)
    failed = true
    throw new Error('a bug')
  }
  await line.required('k')
  line.start()
  await line.publish('a', 'early')
  await line.publish('a', 'late')
  await soon(acknowledged).toEqual([false, true])
  // A load that reads the log between the two.
  await cache.acquire('k', 't', 60_000, 0)
  const data = JSON.stringify(await logged())
  expect(data).toBe('["late"]')
  const result = { data, hash: data, empty: false, dueAt: Date.now() + 600_000 }
  expect(await cache.commit('k', 't', result)).toBe('fresh')
  await line.stop()
  line = await openTestTriage(database, { keep: true, cache })
  line.index.add('1', [{ topic: 'a' }], target('k', { reads: true }))
  line.start()
  await soon(acknowledged).toEqual([true, true])
  expect((await cache.read(['k'])).entries[0]).toMatchObject({ data, fresh: false, building: true })
})

test('a settling key is invalidated once more, and the message acknowledged after that', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('slow', { settle: 200 }))
  line.index.add('2', [{ topic: 'a' }], target('quick'))
  line.start()
  await line.publish('a', '1')
  await soon(acknowledged).toEqual([true])
  const invalidations = line.trace.filter((each) => each.startsWith('invalidate'))
  expect(invalidations).toEqual(['invalidate slow quick', 'invalidate slow'])
})

test('what has not settled when the daemon ends is delivered again', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('slow', { settle: 4_000 }))
  line.start()
  await line.publish('a', '1')
  await soon(() => line.trace).toContain('invalidate slow')
  await line.stop()
  expect(await acknowledged()).toEqual([false])
  line = await openTestTriage(database, { keep: true })
  line.index.add('1', [{ topic: 'a' }], target('slow'))
  line.start()
  await soon(acknowledged).toEqual([true])
})

test('a daemon that ends while the cache is away leaves what it holds for another', async () => {
  line = await openTestTriage(database)
  line.index.add('1', [{ topic: 'a' }], target('k'))
  line.away.cache = true
  line.start()
  await line.publish('a', '1')
  await soon(() => line.counts.away).toBeGreaterThan(0)
  await line.stop()
  expect(await acknowledged()).toEqual([false])
  expect(line.counts.deadLettered).toBe(0)
})

test('in a new epoch the last minute is triaged again, once', async () => {
  line = await openTestTriage(database, { replays: true })
  line.index.add('1', [{ topic: 'a' }], target('k', { reads: true }))
  line.start()
  await line.publish('a', '1')
  await soon(acknowledged).toEqual([true])
  // Its own epoch is new as well, and a replay of it that the end cuts off would be another's to do.
  await soon(() => database.db.select().from(facts)).toHaveLength(1)
  const { cache } = line
  await line.stop()

  line = await openTestTriage(database, { keep: true, cache, replays: true })
  line.index.add('1', [{ topic: 'a' }], target('k', { reads: true }))
  line.start()
  await line.publish('b', '2')
  await soon(async () => (await acknowledged()).every(Boolean)).toBe(true)
  await line.stop()
  expect(line.counts.replayed).toBe(0)

  const { epoch } = (await cache.read([])).cursor
  const later = memoryCache({ now: () => epoch + 5_000 })
  line = await openTestTriage(database, { keep: true, cache: later, replays: true })
  line.index.add('1', [{ topic: 'a' }], target('k', { reads: true }))
  line.start()
  await soon(() => line.counts.replayed).toBe(2)
  expect(line.trace).toContain('invalidate k')
  expect(await logged()).toEqual(['2', '1'])
})
