import type { Cache, Granted, Invalidation } from './cache.ts'
import type { RedisLink } from './redis-link.ts'
import type { Key } from './version.ts'

/** Keys one script takes, so that a burst holds up the server for milliseconds only. */
const SLICE = 100

/** In slices that run at the same time. */
export function invalidateVerb(link: Pick<RedisLink, 'run'>): Cache['invalidate'] {
  return async (stale, leases) => {
    const runs: Promise<{ reply: unknown }>[] = []
    for (let from = 0, to = 0; from < stale.length; from = to) {
      const args: (string | number)[] = [leases?.lease ?? '', leases?.ttl ?? 0]
      // Those of one key stay together: a later one would overtake the lease that an earlier one was granted.
      for (; to < stale.length && (to - from < SLICE || stale[to]?.key === stale[to - 1]?.key); to++) {
        const { key, cause } = stale[to] as Invalidation
        args.push(key, cause ? JSON.stringify(cause) : '', leases?.minIntervals.get(key) ?? '')
      }
      runs.push(link.run('invalidate', ...args))
    }
    let due = false
    const granted = new Map<Key, Granted>()
    for (const { reply } of await Promise.all(runs)) {
      const [anyDue, now, ...leased] = reply as [0 | 1, number, ...(string | number)[]]
      if (anyDue === 1) due = true
      for (let n = 0; n < leased.length; n += 4) {
        const [key, hash, failures, lost] = leased.slice(n, n + 4) as [Key, string, number, number]
        const previousHash = hash || undefined
        granted.set(key, { outcome: 'granted', now, previousHash, failures, byClock: false, lost })
      }
    }
    return { due, granted }
  }
}
