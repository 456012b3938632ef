import { describe, expect, test } from 'vitest'
import { LATE_AFTER } from '../cache.ts'
import type { CacheUnderTest } from './cache-under-test.ts'

/** How far the whole line has come, said by one at a time. */
export function describePulse({ cache, advance, watch, load, invalidate, feed }: CacheUnderTest): void {
  describe('pulse', () => {
    test('by one at a time, in the feed', async () => {
      expect(await cache.lastPulse()).toMatchObject({ pulse: undefined })
      const { now } = await cache.read([])
      expect(await cache.pulse('a', now - 5, 1000)).toBe(true)
      expect(await cache.pulse('b', now, 1000)).toBe(false)
      expect(await cache.lastPulse()).toEqual({ now, pulse: { now, through: now - 5, oldestDue: 0 } })
      expect(await feed()).toEqual([
        {
          kind: 'pulse',
          version: { epoch: (await cache.read([])).cursor.epoch, offset: 1 },
          pulse: { now, through: now - 5, oldestDue: 0 },
        },
      ])
      await advance(999)
      expect(await cache.pulse('a', now, 1000)).toBe(true)
      await advance(999)
      expect(await cache.pulse('b', now, 1000)).toBe(false)
      await advance(1)
      expect(await cache.pulse('b', now, 1000)).toBe(true)
      expect(await cache.pulse('a', now, 1000)).toBe(false)
    })

    test('comes behind the news of every rebuild that is late', async () => {
      await watch('a')
      await load('1', { key: 'a', minInterval: 5000 })
      await invalidate('a')
      await advance(LATE_AFTER - 1)
      await cache.pulse('p', 5, 1000)
      await advance(1)
      await cache.pulse('p', 6, 1000)
      const [, ...after] = await feed()
      expect(after).toMatchObject([
        { kind: 'pulse', pulse: { through: 5 } },
        { kind: 'change', entry: { key: 'a', building: true, fresh: false } },
        { kind: 'pulse', pulse: { through: 6 } },
      ])
    })

    test('vouches for no more than before while some are still to be told of', async () => {
      const many = Array.from({ length: 600 }, (_, n) => `k${n}`)
      await cache.pulse('p', 1, 1000)
      await watch(...many)
      await cache.claim(600, 60_000)
      await advance(LATE_AFTER)
      await cache.pulse('p', 2, 1000)
      expect((await cache.lastPulse()).pulse?.through).toBe(1)
      await cache.pulse('p', 3, 1000)
      expect((await cache.lastPulse()).pulse?.through).toBe(3)
    })

    test('tells how long the oldest due key has waited', async () => {
      await watch('a')
      await advance(70)
      await watch('a', 'b')
      await advance(30)
      await cache.pulse('p', 0, 1000)
      expect((await cache.lastPulse()).pulse?.oldestDue).toBe(100)
    })
  })
}
