import { describe, expect, test } from 'vitest'
import { FEED_LIMIT, type TailBatch } from '../cache.ts'
import type { Version } from '../version.ts'
import type { CacheUnderTest } from './cache-under-test.ts'

/** The feed as its readers see it: in order, without holes, and honest about gaps and epochs. */
export function describeFeed({ cache, watch, load, invalidate, feed, following }: CacheUnderTest): void {
  describe('tail', () => {
    const batches = async (from: Version | undefined, act: () => Promise<unknown>, count: number) => {
      const stop = new AbortController()
      const tail = cache.tail(from, stop.signal)[Symbol.asyncIterator]()
      const seen: TailBatch[] = []
      const reading = (async () => {
        while (seen.length < count) {
          const next = await tail.next()
          if (next.done) break
          seen.push(next.value)
        }
      })()
      await act()
      await reading
      stop.abort()
      expect((await tail.next()).done).toBe(true)
      return seen
    }

    test('follows what is appended after a version, without holes', async () => {
      await watch('a', 'b')
      await load('1', { key: 'a' })
      const { cursor } = await cache.read([])
      const seen = await batches(cursor, () => load('2', { key: 'b' }), 1)
      expect(seen).toMatchObject([
        { kind: 'entries', entries: [{ version: { offset: 2 }, entry: { key: 'b' } }] },
      ])
      await cache.pulse('p', 0, 1000)
      expect((await feed()).map(({ version }) => version.offset)).toEqual([1, 2, 3])
    })

    test('without a version it begins now', async () => {
      await cache.pulse('p', 1, 1000)
      const tail = cache.tail(undefined, new AbortController().signal)[Symbol.asyncIterator]()
      const first = tail.next()
      // Where "now" is shows in what comes first: never the pulse before the tail began.
      const pulsing = (async () => {
        for (let n = 2; (await Promise.race([first, undefined])) === undefined; n++)
          await cache.pulse('p', n, 1000)
      })()
      const { value } = await first
      await pulsing
      expect(value.entries[0].version.offset).toBeGreaterThan(1)
      await tail.return?.()
    })

    test('a version of another epoch is answered by the epoch, then by all of the present one', async () => {
      await cache.pulse('p', 1, 1000)
      const { cursor } = await cache.read([])
      const seen = await batches({ epoch: cursor.epoch - 1, offset: 400 }, async () => undefined, 2)
      expect(seen).toMatchObject([
        { kind: 'epoch', epoch: cursor.epoch },
        { kind: 'entries', entries: [{ version: { epoch: cursor.epoch, offset: 1 } }] },
      ])
    })

    test('entries trimmed before they were read are a gap', async () => {
      const { cursor } = await cache.read([])
      for (let done = 0; done < 2 * FEED_LIMIT + 500; done += 500) {
        await Promise.all(Array.from({ length: 500 }, () => cache.pulse('p', 1, 1000)))
      }
      const [gap, rest] = await batches(cursor, async () => undefined, 2)
      if (gap?.kind !== 'gap' || rest?.kind !== 'entries') throw new Error(`${gap?.kind}, ${rest?.kind}`)
      expect(gap.to.offset).toBeGreaterThan(0)
      expect(gap.to.offset).toBeLessThanOrEqual(FEED_LIMIT + 500)
      expect(rest.entries[0]?.version).toEqual({ epoch: cursor.epoch, offset: gap.to.offset + 1 })
    })

    test('several tails see the same', async () => {
      await watch()
      const { cursor } = await cache.read([])
      const both = [following(cursor, 2), following(cursor, 2)]
      await load('1')
      await invalidate()
      await load('2')
      const [one, other] = await Promise.all(both)
      expect(one).toEqual(other)
    })
  })
}
