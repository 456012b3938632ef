import type { Cache } from '../cache.ts'
import type { Life } from './life.ts'

/** CLAIM and UNCLAIM. */
export function claimVerbs({
  now: clock,
  entries,
  due,
  announceLate,
}: Life): Pick<Cache, 'claim' | 'unclaim'> {
  return {
    async claim(limit, visibility) {
      const now = clock()
      entries.sweep(now)
      announceLate(now)
      return due.claim(now, limit, visibility)
    },
    async unclaim(keys, ms) {
      due.unclaim(keys, clock(), ms)
    },
  }
}
