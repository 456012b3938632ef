import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, WATCH } from './cache-under-test.ts'

/** A rebuild that is not done in time is announced, so that no card is silently old. */
export function describeLateRebuilds({
  cache,
  advance,
  one,
  watch,
  acquire,
  load,
  fail,
  invalidate,
  changes,
}: CacheUnderTest): void {
  describe('a rebuild that takes long', () => {
    const announced = async () =>
      (await changes()).filter(({ changed, entry }) => !changed && entry.building).length

    test('is announced 300 ms after the event, once', async () => {
      await watch()
      await load('1', { minInterval: 5000 })
      await invalidate()
      await advance(299)
      expect(await cache.claim(10, 1000)).toMatchObject({ nextIn: 1 })
      expect(await announced()).toBe(0)
      await advance(1)
      await cache.claim(10, 1000)
      expect(await announced()).toBe(1)
      expect(await one()).toMatchObject({
        version: { offset: 2 },
        dataOffset: 1,
        building: true,
        fresh: false,
      })
      await invalidate()
      await advance(1000)
      await cache.claim(10, 1000)
      expect(await announced()).toBe(1)
      await advance(4000)
      expect(await load('2')).toBe('fresh')
      await invalidate()
      await advance(300)
      await cache.claim(10, 1000)
      expect(await announced()).toBe(2)
    })

    test('is announced 300 ms after its start when the clock asked for it', async () => {
      await watch()
      await load('1', { maxAge: 1000 })
      await advance(1000)
      await acquire()
      await advance(300)
      await cache.claim(10, 1000)
      expect(await announced()).toBe(1)
    })

    test('is not announced when done in time, when it failed, or when nobody watches', async () => {
      await watch()
      await load('1', { maxAge: 2 * WATCH })
      await invalidate()
      await load('2', { maxAge: 2 * WATCH })
      await advance(300)
      await cache.claim(10, 1000)
      await invalidate()
      await acquire()
      await fail(5000)
      await advance(300)
      await cache.claim(10, 1000)
      await invalidate()
      await advance(WATCH)
      await cache.claim(10, 1000)
      expect(await announced()).toBe(0)
    })
  })
}
