import { statfs } from 'node:fs/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { DatabaseAway } from './db/database-away.ts'
import { awayStores, storeWatch } from './store-watch.ts'

const serves = async () => {}

test('what a driver says is for the log: readers are told no path and no host', async () => {
  const [gone, ...others] = await awayStores({
    database: () => statfs('/srv/of-nobody/hubs'),
    cache: serves,
    bus: serves,
  })
  expect(others).toEqual([])
  expect(gone).toMatchObject({
    store: 'database',
    reason: 'It does not work; the log says why.',
    error: { code: 'ENOENT' },
  })
})

test('what we say of a store is told as it is', async () => {
  const away = await awayStores({
    database: () => Promise.reject(new DatabaseAway({ cause: { code: 'none' } })),
    cache: () => Promise.reject(new Error('It has no time.')),
    bus: serves,
  })
  expect(away.map(({ reason }) => reason)).toEqual(['The database cannot be reached.', 'It has no time.'])
})

test('the end does not wait for a store that hangs', async () => {
  const stop = new AbortController()
  const checks = { database: () => new Promise(() => {}), cache: serves, bus: serves }
  const watching = storeWatch(checks, pino({ level: 'silent' })).run(stop.signal)
  stop.abort()
  await watching
})
