import { expect, test } from 'vitest'
import { describeCache } from './contract.ts'
import { memoryCache } from './memory-cache.ts'

const START = 1_700_000_000_000
const WEEK = 7 * 24 * 3600 * 1000

function opened() {
  let now = START
  const cache = memoryCache({ now: () => now })
  const advance = async (ms: number) => {
    now += ms
  }
  return { cache, advance, close: () => cache.close() }
}

describeCache('memory cache', async () => opened())

test('the epoch is the time of its making, or the one given when that is higher', async () => {
  const epoch = async (options: Parameters<typeof memoryCache>[0]) =>
    (await memoryCache(options).read([])).cursor.epoch
  expect(await epoch({ now: () => START })).toBe(START)
  expect(await epoch({ now: () => START, epoch: 5 })).toBe(START)
  expect(await epoch({ now: () => START, epoch: START + 5 })).toBe(START + 5)
})

test('an entry is forgotten a week after the last interest in it', async () => {
  const { cache, advance } = opened()
  await cache.interest(['old', 'kept'], 1000)
  await advance(WEEK - 1)
  await cache.interest(['kept'], 1000)
  await cache.invalidate([{ key: 'old' }])
  await advance(1)
  await cache.claim(10, 1000)
  await cache.invalidate([{ key: 'old' }, { key: 'kept' }])
  const { entries } = await cache.read(['old', 'kept'])
  expect(entries.map(({ required }) => required)).toEqual([0, 1])
})
