import { LATE_AFTER } from '../cache.ts'
import type { Key } from '../version.ts'
import { building, leased, type MemoryEntry, nextDue, watched } from './entry.ts'
import { createQueue } from './queue.ts'

/** When keys are to be loaded, and when somebody is to be told that they are not loaded yet. */
export interface DueKeys {
  /** Due when its state says so, or never while nobody waits for it. */
  schedule(e: MemoryEntry, now: number): void
  /** Never postpones, so that a waiting key keeps its age. Says whether it is due now. */
  hasten(e: MemoryEntry, now: number): boolean
  /** To be claimed before keys that only their time made due. */
  press(e: MemoryEntry, now: number): void
  /** Not due at all. */
  remove(key: Key): void
  /** Up to `limit` due keys, hidden for `visibility` ms: first those pressed, which take up to three quarters. */
  claim(
    now: number,
    limit: number,
    visibility: number,
  ): { readonly keys: readonly Key[]; readonly urgent: number; readonly nextIn: number | undefined }
  /** Due again in `ms`, if it is due later, or hidden. */
  unclaim(keys: readonly Key[], now: number, ms: number): void
  /** When the first is due. */
  first(): number | undefined
  /** To be announced in `LATE_AFTER` ms, unless its load is done by then. */
  watchLate(e: MemoryEntry, now: number): void
  notLate(key: Key): void
  /** Takes out up to 500 whose load is late by now. */
  takeLate(now: number): readonly Key[]
  firstLate(): number | undefined
}

/** Three queues: of all due keys, of those that events made stale, and of those whose load may be late. */
export function createDueKeys(): DueKeys {
  const dirty = createQueue()
  const urgent = createQueue()
  const late = createQueue()
  return {
    schedule(e, now) {
      if (leased(e, now) || watched(e, now) || e.wanted) dirty.put(e.key, nextDue(e, now))
      else dirty.remove(e.key)
    },
    hasten(e, now) {
      const at = nextDue(e, now)
      dirty.hasten(e.key, at)
      return at <= now
    },
    press: (e, now) => urgent.put(e.key, nextDue(e, now)),
    remove: dirty.remove,
    claim(now, limit, visibility) {
      // What is not due has been taken since.
      const pressed = urgent.take(now, Math.ceil((limit * 3) / 4)).filter((key) => dirty.due(key, now))
      for (const key of pressed) dirty.put(key, now + visibility)
      const rest = dirty.take(now, limit - pressed.length)
      for (const key of rest) dirty.put(key, now + visibility)
      const next = Math.min(dirty.first() ?? Infinity, late.first() ?? Infinity)
      return {
        keys: [...pressed, ...rest],
        urgent: pressed.length,
        nextIn: next === Infinity ? undefined : Math.max(0, next - now),
      }
    },
    unclaim(keys, now, ms) {
      for (const key of keys) if (dirty.has(key)) dirty.hasten(key, now + ms)
    },
    first: dirty.first,
    watchLate(e, now) {
      if (watched(e, now) && building(e, now) && !e.announced) late.hasten(e.key, now + LATE_AFTER)
    },
    notLate: late.remove,
    takeLate: (now) => late.take(now, 500),
    firstLate: late.first,
  }
}
