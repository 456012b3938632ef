import { describe, expect, test } from 'vitest'
import { INLINE_LIMIT, RESULT_LIMIT } from '../cache.ts'
import { type CacheUnderTest, MAX_AGE } from './cache-under-test.ts'

/** What a result leaves behind: data, its version, its history. */
export function describeResults({
  cache,
  advance,
  one,
  watch,
  acquire,
  commit,
  load,
  invalidate,
  changes,
}: CacheUnderTest): void {
  describe('commit', () => {
    test('a new result is a feed entry with its data, and its offset the version', async () => {
      await watch()
      await load('{"å":"✓ \\n"}')
      const { cursor } = await cache.read([])
      const entry = await one()
      expect(entry).toMatchObject({
        data: '{"å":"✓ \\n"}',
        version: cursor,
        dataOffset: cursor.offset,
        fresh: true,
      })
      expect(await changes()).toEqual([
        { kind: 'change', version: cursor, changed: true, entry: { ...entry, loads: [] } },
      ])
    })

    test('the same result is confirmed: a feed entry without data, and a younger check', async () => {
      await watch()
      await load('1')
      const before = await one()
      await advance(100)
      await invalidate()
      await load('1')
      expect(await one()).toMatchObject({
        version: { offset: 2 },
        dataOffset: 1,
        loadedAt: before.loadedAt,
        checkedAt: (before.checkedAt ?? 0) + 100,
        data: '1',
        fresh: true,
        loads: [{ outcome: 'confirmed' }, { outcome: 'changed' }],
      })
      expect((await changes()).at(-1)).toMatchObject({
        changed: false,
        entry: { data: undefined, hasData: true },
      })
    })

    test('unwatched: stored and no longer due', async () => {
      await cache.read(['k'], { want: true })
      await acquire()
      await invalidate()
      expect(await commit('1')).toBe('stale')
      expect(await one()).toMatchObject({ data: '1', fresh: false, building: false })
      expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
    })

    test('says whether the result is empty', async () => {
      await watch()
      await load('null')
      expect((await one()).empty).toBe(true)
      await invalidate()
      await load('1')
      expect((await one()).empty).toBe(false)
    })

    test('data above the inline limit does not travel in the feed; above the result limit it is refused', async () => {
      await watch()
      const inline = JSON.stringify('é'.repeat(INLINE_LIMIT / 2 - 1))
      const large = JSON.stringify('é'.repeat(INLINE_LIMIT / 2))
      await load(inline)
      await invalidate()
      await load(large)
      const [first, second] = await changes()
      expect(first?.entry.data).toBe(inline)
      expect(second).toMatchObject({
        changed: true,
        entry: { data: undefined, hasData: true, dataOffset: 2 },
      })
      expect((await one()).data).toBe(large)
      await invalidate()
      await acquire()
      const most = JSON.stringify('é'.repeat(RESULT_LIMIT / 2 - 1))
      await expect(commit(`${most} `)).rejects.toThrow(RangeError)
      expect(await commit(most)).toBe('fresh')
      expect((await one()).data).toBe(most)
    })
  })
}

/** What `explain` shows of a key: its last loads. */
export function describeLoadRecords({
  cache,
  advance,
  one,
  watch,
  acquire,
  load,
  invalidate,
}: CacheUnderTest): void {
  describe('commit, and what is remembered of it', () => {
    test('notes are kept with the load that made them', async () => {
      const notes = ['“two words”\nand a line', 'å']
      await watch()
      await acquire()
      const { now } = await cache.read([])
      const result = { data: '1', hash: '#1', empty: false, dueAt: now + MAX_AGE }
      await cache.commit('k', 't', { ...result, notes })
      await invalidate()
      await acquire()
      await cache.commit('k', 't', result)
      const [newest, before] = (await one()).loads
      expect(newest).not.toHaveProperty('notes')
      expect(before).toMatchObject({ outcome: 'changed', notes })
    })

    test('the last 10 loads are kept, newest first', async () => {
      await watch()
      for (let n = 0; n < 12; n++) {
        await invalidate()
        await load(String(n % 5))
        await advance(10)
      }
      const { loads } = await one()
      expect(loads).toHaveLength(10)
      expect(loads.map(({ startedAt }) => startedAt)).toEqual(
        loads
          .map(({ startedAt }) => startedAt)
          .toSorted()
          .reverse(),
      )
    })
  })
}
