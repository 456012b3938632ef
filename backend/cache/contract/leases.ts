import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, MAX_AGE, TTL, WATCH } from './cache-under-test.ts'

/** One load of a key at a time, and when there is one to do. */
export function describeGrants({
  cache,
  advance,
  one,
  watch,
  acquire,
  commit,
  load,
  fail,
  invalidate,
  claimed,
}: CacheUnderTest): void {
  describe('acquire', () => {
    test('granted to one, busy to others, and due again when the lease runs out', async () => {
      await watch()
      await claimed()
      expect(await acquire('k', 'a')).toMatchObject({
        outcome: 'granted',
        previousHash: undefined,
        failures: 0,
      })
      expect(await one()).toMatchObject({ building: true })
      expect(await acquire('k', 'b')).toEqual({ outcome: 'busy' })
      await advance(TTL - 1)
      expect(await claimed()).toEqual([])
      await advance(1)
      expect(await claimed()).toEqual(['k'])
      expect((await acquire('k', 'b')).outcome).toBe('granted')
      expect(await commit('old', { lease: 'a' })).toBe('lost')
      expect(await commit('new', { lease: 'b' })).toBe('fresh')
      expect((await one()).data).toBe('new')
    })

    test('fresh: nothing to do until it is due', async () => {
      await watch()
      await load()
      expect(await acquire()).toEqual({ outcome: 'fresh' })
      expect((await cache.claim(10, 1000)).nextIn).toBe(MAX_AGE)
      await advance(MAX_AGE - 1)
      expect(await acquire()).toEqual({ outcome: 'fresh' })
      await advance(1)
      expect(await one()).toMatchObject({ fresh: false, building: true })
      expect(await claimed()).toEqual(['k'])
      expect(await acquire()).toMatchObject({ outcome: 'granted', previousHash: '#1' })
    })

    test('says whether the clock alone made the key stale', async () => {
      await watch()
      expect(await acquire()).toMatchObject({ byClock: false })
      await commit()
      await advance(MAX_AGE)
      expect(await acquire()).toMatchObject({ byClock: true })
      await fail(0)
      expect(await acquire()).toMatchObject({ byClock: true })
      await commit()
      await invalidate()
      expect(await acquire()).toMatchObject({ byClock: false })
      await commit()
      await invalidate()
      await advance(MAX_AGE)
      await watch()
      expect(await acquire()).toMatchObject({ byClock: false })
    })

    test('idle: neither watched nor wanted, and no longer due', async () => {
      expect(await acquire()).toEqual({ outcome: 'idle' })
      await watch()
      await load()
      await advance(WATCH)
      expect(await claimed()).toEqual(['k'])
      expect(await acquire()).toEqual({ outcome: 'idle' })
      expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
    })

    test("gives the cache's clock, which becomes the age of the data", async () => {
      await watch()
      const grant = await acquire()
      const { now } = await cache.read([])
      expect(grant).toMatchObject({ now })
      await advance(40)
      await commit()
      expect(await one()).toMatchObject({
        loadedAt: now,
        checkedAt: now,
        dueAt: now + 40 + MAX_AGE,
        loads: [{ startedAt: now, endedAt: now + 40, outcome: 'changed' }],
      })
    })
  })
}
