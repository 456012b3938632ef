import type { Cache, Granted } from '../cache.ts'
import type { Key } from '../version.ts'
import { earliest, leased, watched } from './entry.ts'
import type { Life } from './life.ts'
import { grant, invalidate } from './transitions.ts'

/** INVALIDATE: those of one key that stand together cost one. */
export function invalidateVerb({ now: clock, entries, due }: Life): Cache['invalidate'] {
  return async (invalidations, leases) => {
    const now = clock()
    let anyDue = false
    const granted = new Map<Key, Granted>()
    for (const [n, { key, cause }] of invalidations.entries()) {
      const e = entries.find(key)
      if (!e) continue
      invalidate(e, now, cause)
      if (invalidations[n + 1]?.key === key || (!watched(e, now) && !e.wanted)) continue
      const minInterval = leases?.minIntervals.get(key)
      if (!leased(e, now)) {
        if (leases && minInterval !== undefined && earliest(e, now) <= now) {
          granted.set(key, grant(e, now, leases.lease, leases.ttl, minInterval))
          due.schedule(e, now)
        } else {
          due.press(e, now)
          anyDue = due.hasten(e, now) || anyDue
        }
      }
      due.watchLate(e, now)
    }
    return { due: anyDue, granted }
  }
}
