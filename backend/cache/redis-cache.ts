import { type Cache, type Grant, type Pulse, RESULT_LIMIT } from './cache.ts'
import { type LinkLog, openLink } from './redis-link.ts'
import { decodeEntry, decodeReading } from './redis-reply.ts'
import { redisTail, redisWakes } from './redis-tail.ts'
import type { Key } from './version.ts'

/** Keys one script takes, so that a burst never holds up the server for more than a few milliseconds. */
const SLICE = 500

export interface RedisCacheOptions {
  readonly url: string
  /** Carries the one hash tag of all keys. */
  readonly prefix?: string
  readonly log?: LinkLog
}

/**
 * The cache on Redis 6.2 or newer: one script a verb. Redis may be away when it opens, and whenever.
 * @throws Error when the server's eviction policy would lose the feed or the queue of due keys.
 */
export async function redisCache({ url, prefix = '{hubs}', log }: RedisCacheOptions): Promise<Cache> {
  const link = await openLink(url, prefix, log)
  const closed = new AbortController()
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closed.signal])

  return {
    async invalidate(marks) {
      const runs: Promise<{ reply: unknown }>[] = []
      for (let n = 0; n < marks.length; n += SLICE) {
        const args = marks
          .slice(n, n + SLICE)
          .flatMap(({ key, cause }) => [key, cause ? JSON.stringify(cause) : ''])
        runs.push(link.run('invalidate', ...args))
      }
      const done = await Promise.all(runs)
      return { due: done.some(({ reply }) => reply === 1) }
    },

    async read(keys, { want = false } = {}) {
      const { epoch, reply } = await link.run('read', want ? 1 : 0, ...keys)
      return decodeReading(epoch, reply)
    },

    async interest(keys, ttl) {
      const { epoch, reply } = await link.run('interest', ttl, ...keys)
      const [top, now, ...pairs] = reply as [number, number, ...unknown[]]
      const views = pairs.filter((_, n) => n % 2 === 0) as string[]
      return {
        cursor: { epoch, offset: top },
        now,
        entries: views.map((view) => decodeEntry(epoch, view, '')),
        lapsed: keys.filter((_, n) => pairs[n * 2 + 1] === 1),
      }
    },

    async claim(limit, visibility) {
      const [wait, ...keys] = (await link.run('claim', limit, visibility)).reply as [number, ...Key[]]
      return { keys, nextIn: wait < 0 ? undefined : wait }
    },

    async acquire(key, token, ttl, minInterval) {
      const { reply } = await link.run('acquire', key, token, ttl, minInterval)
      const [outcome, now, hash, failures, byClock] = reply as [
        Grant['outcome'],
        ...[number, string, number, 0 | 1],
      ]
      if (outcome !== 'granted') return { outcome }
      return { outcome, now, previousHash: hash || undefined, failures, byClock: byClock === 1 }
    },

    async extend(key, token, ttl) {
      return (await link.run('extend', key, token, ttl)).reply === 'held'
    },

    async release(key, token) {
      await link.run('release', key, token)
    },

    async commit(key, token, { data, hash, empty, dueAt }) {
      if (Buffer.byteLength(data) > RESULT_LIMIT)
        throw new RangeError(`A result may have ${RESULT_LIMIT} bytes.`)
      const { reply } = await link.run('commit', key, token, data, hash, empty ? 1 : 0, Math.round(dueAt))
      return reply as 'fresh' | 'stale' | 'lost'
    },

    async fail(key, token, error, retryIn) {
      await link.run('fail', key, token, JSON.stringify(error), retryIn)
    },

    async pulse(token, through, ttl) {
      return (await link.run('pulse', token, through, ttl)).reply === 1
    },

    async lastPulse() {
      const { reply } = await link.run('lastPulse')
      const [now, ...last] = reply as [number, ...(string | null)[]]
      const [at, through, oldestDue] = last.map(Number)
      const pulse: Pulse | undefined = at
        ? { now: at, through: through ?? 0, oldestDue: oldestDue ?? 0 }
        : undefined
      return { now, pulse }
    },

    tail: (from, signal) => redisTail(link, from, until(signal)),
    wakes: (signal) => redisWakes(link, until(signal)),

    async close() {
      closed.abort()
      link.close()
    },
  }
}
