import { describe, expect, test } from 'vitest'
import type { CacheUnderTest } from './cache-under-test.ts'

/** Which keys are to be loaded now, in what order, and how they are shared. */
export function describeDueKeys({
  cache,
  advance,
  watch,
  acquire,
  commit,
  load,
  invalidate,
  claimed,
}: CacheUnderTest): void {
  describe('claim', () => {
    test('hides what it gives, up to the limit, earliest first', async () => {
      await watch('b')
      await advance(1)
      await watch('a', 'c')
      expect(await cache.claim(2, 1000)).toEqual({ keys: ['b', 'a'], urgent: 0, nextIn: 0 })
      expect(await cache.claim(2, 1000)).toMatchObject({ keys: ['c'] })
      expect((await cache.claim(2, 1000)).keys).toEqual([])
      await advance(1000)
      expect(await cache.claim(10, 1000)).toMatchObject({ keys: ['a', 'b', 'c'] })
    })

    const due = (...keys: string[]) => keys.map((key) => invalidate(key))
    const clockAndEvents = async () => {
      const [clock, events] = ['c', 'e'].map((name) => Array.from({ length: 6 }, (_, n) => `${name}${n}`))
      if (!clock || !events) throw new Error('Two lists.')
      await watch(...clock, ...events)
      for (const key of clock) await load('1', { key, maxAge: 1000 })
      for (const key of events) await load('1', { key })
      await advance(5000)
      await Promise.all(due(...events))
      return { clock, events }
    }

    test('what events made stale comes before what only its time did, and leaves it a quarter', async () => {
      const { clock, events } = await clockAndEvents()
      expect(await cache.claim(1, 1000)).toMatchObject({ keys: ['e0'], urgent: 1 })
      expect(await cache.claim(4, 1000)).toMatchObject({ keys: ['e1', 'e2', 'e3', 'c0'], urgent: 3 })
      expect(await cache.claim(100, 1000)).toMatchObject({
        keys: [...events.slice(4), ...clock.slice(1)],
        urgent: 2,
      })
      await advance(1000)
      // As long as any that a crash left behind.
      expect((await cache.claim(100, 1000)).keys).toHaveLength(12)
    })

    test('what has been loaded since an event made it stale is not claimed for it', async () => {
      await watch()
      await load()
      await invalidate()
      await load('2')
      await watch('other')
      expect(await cache.claim(10, 1000)).toMatchObject({ keys: ['other'], urgent: 0 })
    })

    test('what an event overtook during its load is urgent again', async () => {
      const { clock } = await clockAndEvents()
      await claimed()
      await acquire('e3')
      await invalidate('e3')
      await advance(1000)
      expect(await commit('2', { key: 'e3' })).toBe('stale')
      expect(await cache.claim(2, 1000)).toMatchObject({ keys: ['e3', clock[0]], urgent: 1 })
    })

    test('what is given back is due again after a while, sooner when an event says so, and hides nothing', async () => {
      await watch('a', 'b', 'c')
      await load('1', { key: 'c' })
      expect((await cache.claim(10, 10_000)).keys).toEqual(['a', 'b'])
      await cache.unclaim(['a', 'b'], 2000)
      expect(await cache.claim(10, 1000)).toMatchObject({ keys: [], nextIn: 300 })
      await invalidate('b')
      expect(await cache.claim(10, 1000)).toMatchObject({ keys: ['b'], urgent: 1 })
      await advance(2000)
      expect((await cache.claim(10, 1000)).keys).toEqual(['b', 'a'])
    })

    test('giving back neither postpones a key nor makes one due that is not to be loaded', async () => {
      await watch('a')
      await claimed()
      await cache.unclaim(['a', 'nobody'], 60_000)
      await advance(1000)
      expect(await claimed()).toEqual(['a'])
      await advance(60_000)
      expect(await claimed()).toEqual(['a'])
      await cache.unclaim([], 1)
    })

    test('nothing waits, nothing comes', async () => {
      expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
    })
  })
}
