import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, TTL } from './cache-under-test.ts'

/** An invalidation grants leases of what it makes due, as `acquire` would. */
export function describeLeasesOfInvalidations({
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
  describe('invalidate with leases', () => {
    test('leases what the last of many marks made due, so that its load is fresh', async () => {
      const keys = Array.from({ length: 250 }, (_, n) => `k${n}`)
      await watch(...keys)
      const marks = keys.flatMap((key) => [{ key }, { key }, { key }])
      const leases = { lease: 'i', ttl: TTL, minIntervals: new Map(keys.map((key) => [key, 0])) }
      const { granted } = await cache.invalidate(marks, leases)
      expect(granted.size).toBe(keys.length)
      const outcomes = keys.map((key) => commit('1', { key, lease: 'i' }))
      expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['fresh']))
    })

    test('leases of those it makes due, those it is asked for, as acquire does', async () => {
      await watch('k', 'spaced', 'leased', 'unnamed')
      for (const key of ['k', 'leased', 'unnamed']) await load('1', { key })
      await load('1', { key: 'spaced', minInterval: 2000 })
      await invalidate('leased')
      await acquire('leased', 'other')
      await cache.read(['unwatched'], { want: true })
      await load('1', { key: 'unwatched' })
      const mark = (key: string, id: string) => ({ key, cause: { id, topic: 'a.b' } })
      const named = ['k', 'spaced', 'leased', 'unwatched', 'unknown']
      const answer = await cache.invalidate(
        [mark('k', 'e1'), mark('k', 'e2'), ...[...named.slice(1), 'unnamed'].map((key) => mark(key, 'e3'))],
        { lease: 'i', ttl: TTL, minIntervals: new Map(named.map((key) => [key, 500])) },
      )
      const now = (await cache.read([])).now
      const granted = { outcome: 'granted', now, previousHash: '#1', failures: 0, byClock: false, lost: 0 }
      expect(answer).toEqual({ due: true, granted: new Map([['k', granted]]) })
      expect(await claimed()).toEqual(['unnamed'])
      expect(await acquire('k', 'j')).toEqual({ outcome: 'busy' })
      expect(await commit('2', { lease: 'i' })).toBe('fresh')
      expect(await one()).toMatchObject({ data: '2', cause: [{ id: 'e1' }, { id: 'e2' }] })
      await invalidate('k')
      expect(await cache.claim(10, 1000)).toMatchObject({ keys: [], nextIn: 300 })
      await advance(500)
      expect(await claimed()).toContain('k')
    })

    test('what it leased and nobody loads is due again when the lease ends', async () => {
      await watch()
      await load()
      const leases = { lease: 'i', ttl: TTL, minIntervals: new Map([['k', 0]]) }
      expect((await cache.invalidate([{ key: 'k' }], leases)).due).toBe(false)
      expect(await claimed()).toEqual([])
      await advance(TTL)
      expect(await claimed()).toEqual(['k'])
    })
  })
}
