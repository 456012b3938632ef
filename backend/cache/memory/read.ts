import type { Cache, CacheEntry } from '../cache.ts'
import type { Key } from '../version.ts'
import { blank, fresh, view, watched } from './entry.ts'
import type { Life } from './life.ts'

/** READ and INTEREST. */
export function readVerbs(life: Life): Pick<Cache, 'read' | 'interest'> {
  const { epoch, entries, due, wakers } = life
  return {
    async read(keys, { want = false } = {}) {
      const now = life.now()
      let woken = false
      const views: CacheEntry[] = []
      for (const key of keys) {
        const known = entries.find(key)
        const e = want && !(known && fresh(known, now)) ? entries.touch(key, now) : (known ?? blank(key))
        if (want && !fresh(e, now)) {
          e.wanted = true
          woken = due.hasten(e, now) || woken
        }
        views.push(view(e, now, epoch, e.data, e.loads))
      }
      if (woken) wakers.wakeAll()
      return { cursor: life.cursor(), now, entries: views }
    },

    async interest(keys, ttl) {
      const now = life.now()
      let woken = false
      const lapsed: Key[] = []
      const views: CacheEntry[] = []
      for (const key of keys) {
        const e = entries.touch(key, now)
        if (!watched(e, now)) lapsed.push(key)
        e.watchedUntil = Math.max(e.watchedUntil, now + ttl)
        woken = due.hasten(e, now) || woken
        due.watchLate(e, now)
        views.push(view(e, now, epoch, undefined, []))
      }
      if (woken) wakers.wakeAll()
      return { cursor: life.cursor(), now, entries: views, lapsed }
    },
  }
}
