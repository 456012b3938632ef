import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, MAX_AGE, WATCH } from './cache-under-test.ts'

/** Keys that somebody watches, and for how long. */
export function describeInterest({
  cache,
  advance,
  one,
  watch,
  load,
  invalidate,
  claimed,
}: CacheUnderTest): void {
  describe('interest', () => {
    test('makes keys due that are not fresh, and says which were not watched', async () => {
      expect(await watch('a', 'b')).toMatchObject({
        lapsed: ['a', 'b'],
        entries: [{ building: true }, { key: 'b' }],
      })
      expect(await claimed()).toEqual(['a', 'b'])
      expect((await watch('b', 'c')).lapsed).toEqual(['c'])
      await advance(WATCH)
      expect((await watch('a', 'b', 'c')).lapsed).toEqual(['a', 'b', 'c'])
    })

    test('carries neither data nor loads, and puts a fresh key where it is due next', async () => {
      await cache.read(['k'], { want: true })
      await load('1')
      const { entries, cursor } = await watch()
      expect(entries[0]).toMatchObject({
        hasData: true,
        fresh: true,
        version: cursor,
        data: undefined,
        loads: [],
      })
      expect((await cache.claim(10, 1000)).nextIn).toBe(MAX_AGE)
      await advance(MAX_AGE)
      expect(await claimed()).toEqual(['k'])
    })

    test('a shorter renewal does not shorten the watch', async () => {
      await cache.interest(['k'], 1000)
      await cache.interest(['k'], 10)
      await advance(999)
      expect((await cache.interest(['k'], 1)).lapsed).toEqual([])
    })

    test('an unwatched key that an event made stale is rebuilt only once it is watched again', async () => {
      await watch()
      await load('1', { maxAge: 10 * WATCH })
      await advance(WATCH)
      expect(await invalidate()).toMatchObject({ due: false })
      expect(await one()).toMatchObject({ fresh: false, building: false })
      expect(await claimed()).toEqual([])
      expect(await watch()).toMatchObject({ lapsed: ['k'], entries: [{ fresh: false, building: true }] })
      expect(await claimed()).toEqual(['k'])
    })
  })
}
