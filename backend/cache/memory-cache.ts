import { openWake, type Wake } from '../base/wake.ts'
import {
  type Cache,
  CacheAway,
  type CacheEntry,
  type Grant,
  type Granted,
  INLINE_LIMIT,
  LATE_AFTER,
  type Pulse,
  RESULT_LIMIT,
} from './cache.ts'
import {
  blank,
  building,
  earliest,
  fresh,
  giveBack,
  grant,
  leased,
  log,
  type MemoryEntry,
  nextDue,
  refusal,
  remember,
  view,
  watched,
} from './memory-entry.ts'
import { createFeed } from './memory-feed.ts'
import { createQueue } from './memory-queue.ts'
import type { Key } from './version.ts'

const WEEK = 7 * 24 * 3600 * 1000
const HOUR = 3600 * 1000

export interface MemoryCacheOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Its epoch is at least this one, and at least the time at which it was made. */
  readonly epoch?: number
}

/** The cache in this process: one life, one epoch, and the same state machine as the scripts of the Redis adapter. */
export function memoryCache({ now: clock = Date.now, epoch: least = 0 }: MemoryCacheOptions = {}): Cache {
  const epoch = Math.max(clock(), least)
  const entries = new Map<Key, MemoryEntry>()
  const feed = createFeed(epoch)
  const dirty = createQueue()
  const urgent = createQueue()
  const late = createQueue()
  const wakers = new Set<Wake>()
  const closed = new AbortController()
  let pulse: (Pulse & { readonly token: string; readonly until: number }) | undefined
  let sweptAt = clock()

  const until = (signal: AbortSignal) => AbortSignal.any([signal, closed.signal])

  function present(): number {
    if (closed.signal.aborted) throw new CacheAway('The cache is closed.')
    return clock()
  }

  function touch(key: Key, now: number): MemoryEntry {
    const e = entries.get(key) ?? blank(key)
    entries.set(key, e)
    e.keptAt = now
    return e
  }

  /** The entry whose lease `token` holds. */
  function held(key: Key, token: string): MemoryEntry | undefined {
    const e = entries.get(key)
    return e?.token === token ? e : undefined
  }

  function settle(e: MemoryEntry, now: number): void {
    if (leased(e, now) || watched(e, now) || e.wanted) dirty.put(e.key, nextDue(e, now))
    else dirty.remove(e.key)
  }

  function hasten(e: MemoryEntry, now: number): boolean {
    const at = nextDue(e, now)
    dirty.hasten(e.key, at)
    return at <= now
  }

  function announceLate(e: MemoryEntry, now: number): void {
    if (watched(e, now) && building(e, now) && !e.announced) late.hasten(e.key, now + LATE_AFTER)
  }

  function announce(e: MemoryEntry, now: number, data?: string): void {
    feed.append((version) => {
      e.offset = version.offset
      if (data !== undefined) e.dataOffset = version.offset
      e.announced = building(e, now)
      const inline = data !== undefined && Buffer.byteLength(data) <= INLINE_LIMIT ? data : undefined
      return { kind: 'change', version, entry: view(e, now, epoch, inline, []), changed: data !== undefined }
    })
  }

  function announceAllLate(now: number): void {
    for (const key of late.take(now, 500)) {
      const e = entries.get(key)
      if (e && watched(e, now) && building(e, now) && !e.announced) announce(e, now)
    }
  }

  function wake(): void {
    for (const waker of wakers) waker.wake()
  }

  function sweep(now: number): void {
    if (now < sweptAt + HOUR) return
    sweptAt = now
    for (const e of entries.values()) if (e.keptAt + WEEK <= now) entries.delete(e.key)
  }

  return {
    async invalidate(marks, leases) {
      const now = present()
      let due = false
      const granted = new Map<Key, Granted>()
      for (const [n, { key, cause }] of marks.entries()) {
        const e = entries.get(key)
        if (!e) continue
        e.required += 1
        // What is set aside stays there, whatever happens.
        e.retryAt = e.aside > now ? e.aside : 0
        if (cause) e.causes = remember(e.causes, [cause])
        // Marks of one key that stand together are one.
        if (marks[n + 1]?.key === key || (!watched(e, now) && !e.wanted)) continue
        const minInterval = leases?.minIntervals.get(key)
        if (!leased(e, now)) {
          if (leases && minInterval !== undefined && earliest(e, now) <= now) {
            granted.set(key, grant(e, now, leases.token, leases.ttl, minInterval))
            settle(e, now)
          } else {
            urgent.put(key, nextDue(e, now))
            due = hasten(e, now) || due
          }
        }
        announceLate(e, now)
      }
      return { due, granted }
    },

    async read(keys, { want = false } = {}) {
      const now = present()
      let woken = false
      const views: CacheEntry[] = []
      for (const key of keys) {
        const known = entries.get(key)
        const e = want && !(known && fresh(known, now)) ? touch(key, now) : (known ?? blank(key))
        if (want && !fresh(e, now)) {
          e.wanted = true
          woken = hasten(e, now) || woken
        }
        views.push(view(e, now, epoch, e.data, e.loads))
      }
      if (woken) wake()
      return { cursor: { epoch, offset: feed.top }, now, entries: views }
    },

    async interest(keys, ttl) {
      const now = present()
      let woken = false
      const lapsed: Key[] = []
      const views: CacheEntry[] = []
      for (const key of keys) {
        const e = touch(key, now)
        if (!watched(e, now)) lapsed.push(key)
        e.watchedUntil = Math.max(e.watchedUntil, now + ttl)
        woken = hasten(e, now) || woken
        announceLate(e, now)
        views.push(view(e, now, epoch, undefined, []))
      }
      if (woken) wake()
      return { cursor: { epoch, offset: feed.top }, now, entries: views, lapsed }
    },

    async claim(limit, visibility) {
      const now = present()
      sweep(now)
      announceAllLate(now)
      // What is not due has been taken since.
      const first = urgent.take(now, Math.ceil((limit * 3) / 4)).filter((key) => dirty.due(key, now))
      for (const key of first) dirty.put(key, now + visibility)
      const rest = dirty.take(now, limit - first.length)
      for (const key of rest) dirty.put(key, now + visibility)
      const next = Math.min(dirty.first() ?? Infinity, late.first() ?? Infinity)
      return {
        keys: [...first, ...rest],
        urgent: first.length,
        nextIn: next === Infinity ? undefined : Math.max(0, next - now),
      }
    },

    async unclaim(keys, ms) {
      const now = present()
      for (const key of keys) if (dirty.has(key)) dirty.hasten(key, now + ms)
    },

    async acquire(key, token, ttl, minInterval) {
      const now = present()
      const e = entries.get(key)
      if (!e) {
        dirty.remove(key)
        return { outcome: 'idle' }
      }
      const outcome = refusal(e, now)
      const answer: Grant = outcome ? { outcome } : grant(e, now, token, ttl, minInterval)
      if (!outcome) announceLate(e, now)
      settle(e, now)
      return answer
    },

    async extend(key, token, ttl) {
      const now = present()
      const e = held(key, token)
      if (!e) return false
      e.leaseUntil = now + ttl
      settle(e, now)
      return true
    },

    async release(key, token) {
      const now = present()
      const e = held(key, token)
      if (!e) return
      giveBack(e)
      e.startedAt = 0
      e.retryAt = 0
      settle(e, now)
      wake()
    },

    async commit(key, token, { data, hash, empty, dueAt, notes }) {
      const now = present()
      if (Buffer.byteLength(data) > RESULT_LIMIT)
        throw new RangeError(`A result may have ${RESULT_LIMIT} bytes.`)
      const e = held(key, token)
      if (!e) return 'lost'
      const changed = e.hash !== hash
      if (changed) {
        e.data = data
        e.hash = hash
        e.empty = empty
        e.loadedAt = e.startedAt
        e.dataCauses = e.leaseCauses
      }
      e.keptAt = now
      e.built = e.leaseGeneration
      e.checkedAt = e.startedAt
      e.dueAt = Math.round(dueAt)
      e.error = undefined
      e.failures = 0
      e.lost = 0
      e.retryAt = 0
      e.aside = 0
      e.wanted = false
      e.token = undefined
      e.leaseCauses = []
      log(e, now, changed ? 'changed' : 'confirmed', notes)
      announce(e, now, changed ? data : undefined)
      settle(e, now)
      if (e.built !== e.required && watched(e, now)) urgent.put(key, nextDue(e, now))
      late.remove(key)
      return fresh(e, now) ? 'fresh' : 'stale'
    },

    async fail(key, token, error, retryIn) {
      const now = present()
      const e = held(key, token)
      if (!e) return
      giveBack(e)
      e.failures += 1
      e.error = { ...error, at: now }
      e.retryAt = now + retryIn
      e.aside = error.code === 'set-aside' ? e.retryAt : 0
      if (e.aside === 0) e.lost = 0
      e.wanted = false
      log(e, now, 'failed')
      announce(e, now)
      settle(e, now)
      late.remove(key)
    },

    async pulse(token, upTo, ttl) {
      const now = present()
      if (pulse && pulse.token !== token && pulse.until > now) return false
      announceAllLate(now)
      const through = (late.first() ?? Infinity) <= now ? (pulse?.through ?? 0) : upTo
      const oldestDue = Math.max(0, now - (dirty.first() ?? now))
      pulse = { token, until: now + ttl, now, through, oldestDue }
      feed.append((version) => ({ kind: 'pulse', version, pulse: { now, through, oldestDue } }))
      return true
    },

    async lastPulse() {
      const now = present()
      if (!pulse) return { now, pulse: undefined }
      return { now, pulse: { now: pulse.now, through: pulse.through, oldestDue: pulse.oldestDue } }
    },

    tail: (from, signal) => feed.tail(from, until(signal)),

    async *wakes(signal) {
      const either = until(signal)
      const waker = openWake(either)
      wakers.add(waker)
      waker.wake()
      try {
        while (!either.aborted) {
          await waker.wait()
          if (!either.aborted) yield
        }
      } finally {
        wakers.delete(waker)
      }
    },

    async check() {
      present()
    },
    async close() {
      closed.abort()
    },
  }
}
