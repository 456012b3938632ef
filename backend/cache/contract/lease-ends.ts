import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, TTL } from './cache-under-test.ts'

/** A lease is extended, given back, or runs out. */
export function describeLeaseEnds({
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
  changes,
}: CacheUnderTest): void {
  describe('the end of a lease', () => {
    test('extend keeps the lease, also a run-out one that nobody took', async () => {
      await watch()
      await acquire('k', 'a')
      await advance(TTL - 1)
      expect(await cache.extend('k', 'a', TTL)).toBe(true)
      expect(await cache.extend('k', 'b', TTL)).toBe(false)
      await advance(TTL - 1)
      expect(await claimed()).toEqual([])
      expect((await acquire('k', 'b')).outcome).toBe('busy')
      await advance(1)
      expect(await claimed()).toEqual(['k'])
      expect(await cache.extend('k', 'a', TTL)).toBe(true)
      expect((await acquire('k', 'b')).outcome).toBe('busy')
      await advance(TTL)
      expect((await acquire('k', 'b')).outcome).toBe('granted')
      expect(await cache.extend('k', 'a', TTL)).toBe(false)
      expect(await cache.extend('never', 'a', TTL)).toBe(false)
    })

    test('release makes the key due at once and passes its causes on', async () => {
      await watch()
      await load('1')
      await invalidate('k', 'e1')
      await acquire('k', 'a', 5000)
      await invalidate('k', 'e2')
      await cache.release('k', 'b')
      expect((await acquire('k', 'b')).outcome).toBe('busy')
      await cache.release('k', 'a')
      expect(await claimed()).toEqual(['k'])
      expect(await load('2')).toBe('fresh')
      expect((await one()).cause.map(({ id }) => id)).toEqual(['e1', 'e2'])
      expect(await commit('3', { lease: 'a' })).toBe('lost')
    })

    test('the causes of a lease that ran out pass to the next', async () => {
      await watch()
      await load('1')
      await invalidate('k', 'e1')
      await acquire('k', 'a')
      await advance(TTL)
      await invalidate('k', 'e2')
      await load('2')
      expect((await one()).cause.map(({ id }) => id)).toEqual(['e1', 'e2'])
    })

    test('a lease that ran out but that nobody took may still commit, and then holds nothing more', async () => {
      await watch()
      await acquire()
      await advance(TTL + 1)
      expect(await commit('1')).toBe('fresh')
      expect(await commit('2')).toBe('lost')
      expect(await commit('2', { key: 'never' })).toBe('lost')
      expect((await one()).data).toBe('1')
      expect(await changes()).toHaveLength(1)
    })

    test('says how many leases in a row nobody ended', async () => {
      const lost = async (lease: string) => {
        const grant = await acquire('k', lease)
        return grant.outcome === 'granted' ? grant.lost : grant.outcome
      }
      await watch()
      expect(await lost('a')).toBe(0)
      await advance(TTL)
      expect(await lost('b')).toBe(1)
      await advance(TTL)
      expect(await lost('c')).toBe(2)
      await cache.fail('k', 'c', { code: 'set-aside', message: 'No.', reference: 'r' }, 1_000)
      await advance(1_000)
      expect(await lost('d')).toBe(0)
      await advance(TTL)
      const { granted } = await cache.invalidate([{ key: 'k' }], {
        lease: 'e',
        ttl: TTL,
        minIntervals: new Map([['k', 0]]),
      })
      expect(granted.get('k')?.lost).toBe(3)
      await cache.release('k', 'e')
      expect(await lost('f')).toBe(0)
      await commit('1', { lease: 'f' })
      await invalidate()
      expect(await lost('g')).toBe(0)
      await advance(TTL)
      expect(await lost('h')).toBe(1)
      await fail(0, 'h')
      expect(await lost('i')).toBe(0)
      await watch()
      await advance(TTL)
      expect(await lost('j')).toBe(1)
    })
  })
}
