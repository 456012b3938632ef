import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, MAX_AGE } from './cache-under-test.ts'

/** What a read shows of a key, and what it asks for. */
export function describeReads({
  cache,
  advance,
  one,
  watch,
  acquire,
  load,
  fail,
  claimed,
}: CacheUnderTest): void {
  describe('read', () => {
    test('a key nobody has loaded has an entry without data, at offset 0', async () => {
      const { cursor, entries } = await cache.read(['k'])
      expect(entries).toEqual([
        {
          key: 'k',
          version: { epoch: cursor.epoch, offset: 0 },
          dataOffset: 0,
          data: undefined,
          hasData: false,
          empty: false,
          fresh: false,
          building: false,
          loadedAt: undefined,
          checkedAt: undefined,
          dueAt: undefined,
          error: undefined,
          cause: [],
          required: 0,
          built: 0,
          loads: [],
        },
      ])
      expect(await claimed()).toEqual([])
    })

    test('answers in the order asked, each as often as asked, in one instant', async () => {
      await watch('a', 'b')
      await load('"b"', { key: 'b' })
      await load('"a"', { key: 'a' })
      const { cursor, entries } = await cache.read(['b', 'x', 'a', 'b'])
      expect(entries.map((entry) => entry.data)).toEqual(['"b"', undefined, '"a"', '"b"'])
      expect(entries.map((entry) => entry.version.offset)).toEqual([1, 0, 2, 1])
      expect(cursor.offset).toBe(2)
      expect((await cache.read([])).entries).toEqual([])
    })

    test('want makes a key due that nobody watches, once it is not fresh, and a commit ends the want', async () => {
      const [wanted] = (await cache.read(['k'], { want: true })).entries
      expect(wanted?.building).toBe(true)
      expect(await claimed()).toEqual(['k'])
      expect(await load()).toBe('fresh')
      expect((await cache.read(['k'], { want: true })).entries[0]).toMatchObject({
        fresh: true,
        building: false,
      })
      await advance(MAX_AGE)
      expect(await claimed()).toEqual([])
      expect(await one()).toMatchObject({ fresh: false, building: false, data: '1' })
      expect((await cache.read(['k'], { want: true })).entries[0]?.building).toBe(true)
      expect(await claimed()).toEqual(['k'])
    })

    test('want neither disturbs a running load nor a failing key before its retry', async () => {
      await cache.read(['k'], { want: true })
      await acquire()
      await cache.read(['k'], { want: true })
      expect(await claimed()).toEqual([])
      await fail(5000)
      expect((await cache.read(['k'], { want: true })).entries[0]?.building).toBe(false)
      expect(await claimed()).toEqual([])
      await advance(5000)
      expect(await claimed()).toEqual(['k'])
    })
  })
}
