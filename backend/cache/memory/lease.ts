import { type Cache, type Grant, RESULT_LIMIT } from '../cache.ts'
import { fresh, refusal, watched } from './entry.ts'
import type { Life } from './life.ts'
import { fail, grant, release, store } from './transitions.ts'

type LeaseVerbs = Pick<Cache, 'acquire' | 'extend' | 'release' | 'commit' | 'fail'>

/** What is done with a lease, from ACQUIRE to COMMIT or FAIL. */
export function leaseVerbs({ now: clock, entries, due, announce, wakers }: Life): LeaseVerbs {
  return {
    async acquire(key, lease, ttl, minInterval) {
      const now = clock()
      const e = entries.find(key)
      if (!e) {
        due.remove(key)
        return { outcome: 'idle' }
      }
      const outcome = refusal(e, now)
      const answer: Grant = outcome ? { outcome } : grant(e, now, lease, ttl, minInterval)
      if (!outcome) due.watchLate(e, now)
      due.schedule(e, now)
      return answer
    },

    async extend(key, lease, ttl) {
      const now = clock()
      const e = entries.under(key, lease)
      if (!e) return false
      e.leaseUntil = now + ttl
      due.schedule(e, now)
      return true
    },

    async release(key, lease) {
      const now = clock()
      const e = entries.under(key, lease)
      if (!e) return
      release(e)
      due.schedule(e, now)
      wakers.wakeAll()
    },

    async commit(key, lease, result) {
      const now = clock()
      if (Buffer.byteLength(result.data) > RESULT_LIMIT)
        throw new RangeError(`A result may have ${RESULT_LIMIT} bytes.`)
      const e = entries.under(key, lease)
      if (!e) return 'lost'
      const changed = store(e, now, result)
      announce(e, now, changed ? result.data : undefined)
      due.schedule(e, now)
      if (e.built !== e.required && watched(e, now)) due.press(e, now)
      due.notLate(key)
      return fresh(e, now) ? 'fresh' : 'stale'
    },

    async fail(key, lease, error, retryIn) {
      const now = clock()
      const e = entries.under(key, lease)
      if (!e) return
      fail(e, now, error, retryIn)
      announce(e, now)
      due.schedule(e, now)
      due.notLate(key)
    },
  }
}
