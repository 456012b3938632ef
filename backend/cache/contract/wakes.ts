import { describe, expect, test } from 'vitest'
import type { CacheUnderTest } from './cache-under-test.ts'

/** What tells daemons that a key is due. */
export function describeWakes({ cache, watch, acquire, load, fail }: CacheUnderTest): void {
  describe('wakes', () => {
    /** Runs `act` with a listener and its count so far. */
    const listening = async (act: (count: () => number) => Promise<void>) => {
      const stop = new AbortController()
      let count = -1
      const ended = (async () => {
        for await (const _ of cache.wakes(stop.signal)) count += 1
      })()
      await expect.poll(() => count).toBe(0)
      await act(() => count)
      stop.abort()
      await ended
    }

    test('a want, an interest and a release wake', async () => {
      await listening(async (count) => {
        await cache.read(['a'], { want: true })
        await expect.poll(count).toBe(1)
        await watch('b')
        await expect.poll(count).toBe(2)
        await acquire('b')
        await cache.release('b', 't')
        await expect.poll(count).toBe(3)
      })
    })

    test('neither a fresh key, nor one being loaded, nor one that waits wakes', async () => {
      await watch('fresh', 'loading', 'k')
      await load('1', { key: 'fresh' })
      await acquire('loading')
      await acquire()
      await fail()
      await listening(async (count) => {
        await watch('fresh', 'loading', 'k')
        await cache.read(['fresh', 'loading', 'k'], { want: true })
        // Time for a wake to arrive, had one been sent.
        for (let n = 0; n < 50; n++) await cache.read([])
        expect(count()).toBe(0)
      })
    })
  })
}
