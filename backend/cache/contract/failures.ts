import { describe, expect, test } from 'vitest'
import { type CacheUnderTest, WATCH } from './cache-under-test.ts'

/** A load that gave nothing leaves the last good data, and a time to try again. */
export function describeFailures({
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
  describe('fail', () => {
    test('keeps the last good data, says why, and tries again', async () => {
      await watch()
      await load('1', { maxAge: 1000 })
      await advance(1000)
      await acquire()
      await fail(5000)
      const { now } = await cache.read([])
      expect(await one()).toMatchObject({
        data: '1',
        fresh: false,
        building: false,
        version: { offset: 2 },
        dataOffset: 1,
        error: { code: 'upstream', message: 'It said no.', reference: 'r1', at: now },
        loads: [{ outcome: 'failed' }, { outcome: 'changed' }],
      })
      expect((await changes()).at(-1)).toMatchObject({
        changed: false,
        entry: { error: { reference: 'r1' }, data: undefined },
      })
      expect((await cache.claim(10, 1000)).nextIn).toBe(5000)
      await watch()
      expect(await claimed()).toEqual([])
      expect((await acquire()).outcome).toBe('busy')
      await advance(5000)
      expect(await claimed()).toEqual(['k'])
      expect(await acquire()).toMatchObject({ outcome: 'granted', failures: 1, previousHash: '#1' })
      await fail()
      await advance(5000)
      expect(await acquire()).toMatchObject({ failures: 2 })
      expect(await commit('1')).toBe('fresh')
      expect(await one()).toMatchObject({ error: undefined, fresh: true })
      await invalidate()
      expect(await acquire()).toMatchObject({ failures: 0 })
    })

    test('what is set aside stays there, whatever happens, and then has a load as any', async () => {
      await watch()
      await acquire()
      const error = { code: 'set-aside' as const, message: 'It did harm.', reference: 'r1' }
      await cache.fail('k', 't', error, 5_000)
      await invalidate()
      await cache.read(['k'], { want: true })
      expect(await one()).toMatchObject({ building: false, error })
      expect((await acquire()).outcome).toBe('busy')
      await advance(5_000)
      expect((await acquire()).outcome).toBe('granted')
      await commit()
      await invalidate()
      expect((await acquire()).outcome).toBe('granted')
      await fail()
      await invalidate()
      expect((await acquire()).outcome).toBe('granted')
    })

    test('unwatched: no retry, and the want is over', async () => {
      await cache.read(['k'], { want: true })
      await acquire()
      await fail(5000)
      expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
      await advance(5000)
      expect((await one()).building).toBe(false)
    })

    test("with another's lease it changes nothing", async () => {
      await watch()
      await acquire('k', 'a')
      await fail(5000, 'b')
      expect(await one()).toMatchObject({ error: undefined, building: true })
      expect(await commit('1', { lease: 'a' })).toBe('fresh')
    })
  })
}

/** An event does not wait for the retry. */
export function describeRetries({
  cache,
  advance,
  one,
  watch,
  acquire,
  load,
  fail,
  invalidate,
  claimed,
}: CacheUnderTest): void {
  describe('fail, then an event', () => {
    test('an event brings the retry forward', async () => {
      await watch()
      await acquire()
      await fail(5000)
      expect(await invalidate()).toMatchObject({ due: true })
      expect((await one()).building).toBe(true)
      expect(await claimed()).toEqual(['k'])
      expect((await acquire()).outcome).toBe('granted')
    })

    test('an event brings the retry of a key forward that is only wanted', async () => {
      const want = () => cache.read(['k'], { want: true })
      await want()
      await acquire()
      await fail(5000)
      await want()
      expect(await claimed()).toEqual([])
      expect(await invalidate()).toMatchObject({ due: true })
      expect((await one()).building).toBe(true)
      expect(await claimed()).toEqual(['k'])
    })

    test('an event during the failing load is not lost, nor is its name', async () => {
      await watch()
      await load('1', { maxAge: 10 * WATCH })
      await invalidate('k', 'e1')
      await acquire()
      await invalidate('k', 'e2')
      await fail(5000)
      expect((await one()).fresh).toBe(false)
      await advance(5000)
      expect(await claimed()).toEqual(['k'])
      expect(await load('2', { maxAge: 10 * WATCH })).toBe('fresh')
      expect((await one()).cause.map(({ id }) => id)).toEqual(['e1', 'e2'])
    })
  })
}
