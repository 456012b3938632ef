import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import type { OpenDatabase } from '../db/database.ts'
import { emptyPglite } from '../db/pglite.fixtures.ts'
import { followHubs } from '../hubs/follow.ts'
import { testedHubs } from '../hubs/hubs.fixtures.ts'
import { type IndexedMark, indexedMark } from '../hubs/indexed-mark.ts'
import { type Hub, type PlacedWidget, placer } from '../hubs/placed.ts'
import { hubDocument, typeOf } from '../hubs/types.fixtures.ts'
import { invalidateUnseen, markKeeper } from './unseen-widgets.ts'

let database: OpenDatabase
let mark: IndexedMark
beforeAll(async () => {
  database = await emptyPglite()
  await database.migrate()
  mark = indexedMark(database.db)
}, 120_000)
afterAll(() => database.close())

const hub = (revision: number, key: string) =>
  ({ revision, widgets: [{ key } as PlacedWidget] }) as unknown as Hub

test('the mark only rises', async () => {
  await mark.raise(5)
  await mark.raise(3)
  expect(await mark.read()).toBe(5)
})

test('a result kept from before a widget was placed again, with no daemon running, is not taken for fresh', async () => {
  const cache = memoryCache()
  const keys = ['json@1:seen:shared', 'json@1:unseen:shared']
  for (const key of keys) {
    await cache.read([key], { want: true })
    await cache.acquire(key, 'token', 10_000, 0)
    await cache.commit(key, 'token', { data: '1', hash: '1', empty: false, dueAt: Date.now() + 3_600_000 })
  }
  const hubs = new Map([
    ['old', hub(4, keys[0] as string)],
    ['new', hub(9, keys[1] as string)],
  ])
  await invalidateUnseen({ followed: { hubs, knownUpTo: 9 }, mark, cache })
  expect((await cache.read(keys)).entries.map(({ fresh }) => fresh)).toEqual([true, false])
  expect(await mark.read()).toBe(9)
})

test('the mark waits for what it stands for', async () => {
  const stop = new AbortController()
  const before = await mark.read()
  let invalidated = () => {}
  const kept = markKeeper({
    followed: { knownUpTo: before + 1 },
    mark,
    idle: () => new Promise((resolve) => (invalidated = resolve)),
    log: pino({ level: 'silent' }),
  }).run(stop.signal)
  expect(await mark.read()).toBe(before)
  invalidated()
  await expect.poll(() => mark.read()).toBe(before + 1)
  stop.abort()
  await kept
})

test('the mark stays below a change that is not known, although a hub is known as a later one left it', async () => {
  const stop = new AbortController()
  const log = pino({ level: 'silent' })
  const hubs = testedHubs(database.db)
  let meanwhile = async () => {}
  const followed = followHubs({
    hubs: {
      ...hubs,
      async named(slugs) {
        await meanwhile()
        return hubs.named(slugs)
      },
    },
    place: placer({ typeOf, secret: 's'.repeat(32), secrets: {} }),
    // Read when asked alone.
    database: { db: database.db, listen: () => new Promise(() => {}) },
    log,
    signal: stop.signal,
  })
  await followed.caughtUp()
  await hubs.put('read', hubDocument({ title: 'One' }))
  meanwhile = async () => {
    await hubs.put('between', hubDocument())
    await hubs.put('read', hubDocument({ title: 'Two' }))
  }
  await followed.caughtUp()
  expect(followed.hubs.get('read')?.title).toBe('Two')
  expect(followed.hubs.has('between')).toBe(false)

  const raised: number[] = []
  const idle = async () => {}
  const noted = { read: async () => 0, raise: async (number: number) => void raised.push(number) }
  const kept = markKeeper({ followed, mark: noted, idle, log }).run(stop.signal)
  await expect.poll(() => raised.length).toBe(1)
  stop.abort()
  await kept
  const between = await hubs.get('between')
  expect(raised[0]).toBeLessThan(between?.revision ?? 0)
})
