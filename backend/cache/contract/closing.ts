import { describe, expect, test } from 'vitest'
import type { CacheUnderTest } from './cache-under-test.ts'

/** What ends streams and verbs. */
export function describeClosing({ cache }: CacheUnderTest): void {
  describe('the end', () => {
    test('an aborted signal ends tail and wakes', async () => {
      const stop = new AbortController()
      const ended = Promise.all(
        [cache.tail(undefined, stop.signal), cache.wakes(stop.signal)].map(async (stream) => {
          for await (const _ of stream) if (stop.signal.aborted) break
        }),
      )
      await cache.read([])
      stop.abort()
      await ended
      for await (const _ of cache.tail(undefined, stop.signal))
        throw new Error('an aborted tail yields nothing')
      for await (const _ of cache.wakes(stop.signal)) throw new Error('aborted wakes yield nothing')
    })

    test('close ends them too, and verbs reject', async () => {
      const { signal } = new AbortController()
      const streams = [cache.tail(undefined, signal), cache.wakes(signal)].map(async (stream) => {
        for await (const _ of stream) {
        }
      })
      await cache.read([])
      await cache.close()
      await Promise.all(streams)
      await expect(cache.read(['k'])).rejects.toMatchObject({ code: 'cache-away' })
      await expect(cache.invalidate([{ key: 'k' }])).rejects.toMatchObject({ code: 'cache-away' })
    })
  })
}
