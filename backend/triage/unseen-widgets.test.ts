import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import type { OpenDatabase } from '../db/database.ts'
import { emptyPglite } from '../db/pglite.fixtures.ts'
import { type IndexedMark, indexedMark } from '../hubs/indexed-mark.ts'
import type { Hub, PlacedWidget } from '../hubs/placed.ts'
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
  await invalidateUnseen({ followed: { hubs }, mark, cache })
  expect((await cache.read(keys)).entries.map(({ fresh }) => fresh)).toEqual([true, false])
  expect(await mark.read()).toBe(9)
})

test('the mark waits for what it stands for', async () => {
  const stop = new AbortController()
  const before = await mark.read()
  let invalidated = () => {}
  const kept = markKeeper({
    followed: { hubs: new Map([['newest', hub(before + 1, 'json@1:late:shared')]]) },
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
