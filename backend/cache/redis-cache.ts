import type { Cache, Pulse } from './cache.ts'
import { invalidateVerb } from './redis-invalidate.ts'
import { leaseVerbs } from './redis-leases.ts'
import { type LinkLog, openLink } from './redis-link.ts'
import { decodeEntry, decodeSnapshot } from './redis-reply.ts'
import { redisTail, redisWakes } from './redis-tail.ts'
import type { Key } from './version.ts'

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
    invalidate: invalidateVerb(link),
    ...leaseVerbs(link),

    async read(keys, { want = false } = {}) {
      const { epoch, reply } = await link.run('read', want ? 1 : 0, ...keys)
      return decodeSnapshot(epoch, reply)
    },

    async interest(keys, ttl) {
      const { epoch, reply } = await link.run('interest', ttl, ...keys)
      const [top, now, ...said] = reply as [number, number, ...unknown[]]
      return {
        cursor: { epoch, offset: top },
        now,
        entries: keys.map((_, n) => decodeEntry(epoch, said[n * 2] as string, '', '')),
        lapsed: keys.filter((_, n) => said[n * 2 + 1] === 1),
      }
    },

    async claim(limit, visibility) {
      const { reply } = await link.run('claim', limit, visibility)
      const [wait, urgent, ...keys] = reply as [number, number, ...Key[]]
      return { keys, urgent, nextIn: wait < 0 ? undefined : wait }
    },

    async unclaim(keys, ms) {
      if (keys.length > 0) await link.run('unclaim', ms, ...keys)
    },

    async pulse(daemon, through, ttl) {
      return (await link.run('pulse', daemon, through, ttl)).reply === 1
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

    check: link.check,
    async close() {
      closed.abort()
      link.close()
    },
  }
}
