import { startRedis } from '#testing/servers/redis.ts'
import { installPeers } from '../scripts/dependencies.mjs'
import { startProgram } from './program.ts'
import type { OpenCaches } from './two-caches.ts'

type CacheVerbs = Readonly<{
  open(from: { kind: string; redis: string; truth: string }): Promise<void>
  read(key: string): Promise<unknown>
  invalidate(key: string): Promise<void>
  crowd(of: { key: string; readers: number }): Promise<void>
}>

/** A caching library in two processes on one Redis. */
const open =
  (kind: string): OpenCaches =>
  async (truth) => {
    await installPeers()
    const redis = await startRedis()
    const start = () => startProgram<CacheVerbs>('caches', { peer: true })
    const first = await start()
    const second = await start()
    for (const program of [first, second])
      await program.ask('open', { kind, redis: redis.url, truth: truth.url('') })
    return {
      prepare: async () => {},
      read: (key) => first.ask('read', key),
      invalidate: (key) => first.ask('invalidate', key),
      async crowd(key, readers) {
        const each = { key, readers: readers / 2 }
        await Promise.all([first.ask('crowd', each), second.ask('crowd', each)])
      },
      async stop() {
        await Promise.all([first.stop(), second.stop()])
        await redis.stop()
      },
    }
  }

/** By what the table calls them. */
export const peerCaches: Readonly<Record<string, OpenCaches>> = {
  bentocache: open('bentocache'),
  'cache-manager': open('cache-manager'),
  'async-cache-dedupe': open('async-cache-dedupe'),
}
