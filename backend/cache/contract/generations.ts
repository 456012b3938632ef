import { describe, expect, test } from 'vitest'
import type { CacheUnderTest } from './cache-under-test.ts'

/** An invalidation raises the generation that is required of a key. */
export function describeInvalidations({
  cache,
  advance,
  one,
  watch,
  acquire,
  commit,
  load,
  invalidate,
  claimed,
}: CacheUnderTest): void {
  describe('invalidate', () => {
    test('a key without an entry is left alone', async () => {
      expect(await invalidate('k', 'e1')).toMatchObject({ due: false })
      expect((await one()).required).toBe(0)
      await watch()
      await load()
      expect(await one()).toMatchObject({ required: 0, cause: [], fresh: true })
    })

    test('a watched key is due at once', async () => {
      await watch()
      await load()
      expect(await invalidate()).toMatchObject({ due: true })
      expect(await one()).toMatchObject({ fresh: false, building: true, required: 1, built: 0, data: '1' })
      expect(await claimed()).toEqual(['k'])
    })

    test('many keys in one call, known and unknown, more than once', async () => {
      const keys = Array.from({ length: 1200 }, (_, n) => `k${n}`)
      await watch(...keys)
      for (const key of ['k3', 'k1100']) await load('1', { key })
      expect(await cache.invalidate([...keys, 'x', 'k3'].map((key) => ({ key })))).toMatchObject({
        due: true,
      })
      const { entries } = await cache.read(['k0', 'k3', 'k1100', 'x'])
      expect(entries.map((entry) => entry.required)).toEqual([1, 2, 1, 0])
      expect((await cache.claim(2000, 1000)).keys).toHaveLength(1200)
      expect(await cache.invalidate([])).toMatchObject({ due: false })
    })

    test('keeps the least interval from the start of the last load', async () => {
      await watch()
      await load('1', { minInterval: 2000 })
      await advance(500)
      expect(await invalidate()).toMatchObject({ due: false })
      expect(await one()).toMatchObject({ fresh: false, building: true })
      expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: 300 })
      expect((await acquire()).outcome).toBe('busy')
      await advance(1500)
      expect(await claimed()).toEqual(['k'])
      expect((await acquire()).outcome).toBe('granted')
    })

    test('the newest 10 events behind a load, each once, are the cause of the data', async () => {
      await watch()
      await load('1')
      for (let n = 0; n < 12; n++) await invalidate('k', `e${n}`)
      await invalidate('k', 'e11')
      await acquire()
      await invalidate('k', 'late')
      expect(await commit('2')).toBe('stale')
      expect((await one()).cause.map(({ id }) => id)).toEqual(
        [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `e${n}`),
      )
      await load('3')
      expect((await one()).cause).toEqual([{ id: 'late', topic: 'a.b' }])
      await invalidate('k', 'confirmed')
      await load('3')
      expect((await one()).cause).toEqual([{ id: 'late', topic: 'a.b' }])
    })
  })
}

/** A commit stamps the generation its load began with: what an event or the clock overtook is stored, and not fresh. */
export function describeOvertakenLoads({
  advance,
  one,
  watch,
  acquire,
  commit,
  load,
  invalidate,
  claimed,
  changes,
}: CacheUnderTest): void {
  describe('a load that was overtaken', () => {
    test('overtaken by an event: stored, not fresh, and due again once', async () => {
      await watch()
      await acquire()
      await invalidate()
      await invalidate()
      expect(await claimed()).toEqual([])
      expect(await commit('1')).toBe('stale')
      expect(await one()).toMatchObject({ data: '1', fresh: false, building: true, required: 2, built: 0 })
      expect((await changes()).at(-1)).toMatchObject({ entry: { fresh: false, building: true } })
      expect(await claimed()).toEqual(['k'])
      expect(await load('2')).toBe('fresh')
      expect(await claimed()).toEqual([])
    })

    test('overtaken under a least interval: due when that is over', async () => {
      await watch()
      await acquire('k', 't', 2000)
      await advance(100)
      await invalidate()
      await commit('1')
      await advance(1899)
      expect(await claimed()).toEqual([])
      await advance(1)
      expect(await claimed()).toEqual(['k'])
    })

    test('past due on arrival is not fresh', async () => {
      await watch()
      await acquire()
      expect(await commit('1', { maxAge: 0 })).toBe('stale')
      expect(await one()).toMatchObject({ fresh: false, data: '1' })
      expect(await claimed()).toEqual(['k'])
    })
  })
}
