import type { Key } from '../version.ts'
import { blank, type MemoryEntry } from './entry.ts'

const WEEK = 7 * 24 * 3600 * 1000
const HOUR = 3600 * 1000

/** Every key that somebody has followed, wanted or loaded within a week. */
export interface Entries {
  find(key: Key): MemoryEntry | undefined
  /** Makes one if there is none, and keeps it for another week. */
  touch(key: Key, now: number): MemoryEntry
  /** The entry that is under this lease: one that ran out but that nobody took still counts. */
  under(key: Key, lease: string): MemoryEntry | undefined
  /** Forgets the others, once an hour. */
  sweep(now: number): void
}

export function createEntries(openedAt: number): Entries {
  const entries = new Map<Key, MemoryEntry>()
  let sweptAt = openedAt
  return {
    find: (key) => entries.get(key),
    touch(key, now) {
      const e = entries.get(key) ?? blank(key)
      entries.set(key, e)
      e.keptAt = now
      return e
    },
    under(key, lease) {
      const e = entries.get(key)
      return e?.lease === lease ? e : undefined
    },
    sweep(now) {
      if (now < sweptAt + HOUR) return
      sweptAt = now
      for (const e of entries.values()) if (e.keptAt + WEEK <= now) entries.delete(e.key)
    },
  }
}
