import type { Key } from '../cache/version.ts'
import type { InvalidationTarget } from './invalidation-target.ts'

/** The widgets that share a key and interests: one entry of the matching index, and what it leads to. */
export interface IndexEntry extends InvalidationTarget {
  /** In the index: a digest of key and interests. */
  readonly name: string
  /** Ids; nearly always one. */
  widgets: string | Set<string>
  /** Of the same key, with other interests. */
  next: IndexEntry | undefined
}

/** The entries of each key, in a chain: there are hundreds of thousands of keys, and hardly ever two entries. */
export interface EntriesByKey {
  /** The first of its chain. */
  first(key: Key): IndexEntry | undefined
  find(key: Key, name: string): IndexEntry | undefined
  add(entry: Omit<IndexEntry, 'next'>): IndexEntry
  remove(entry: IndexEntry): void
}

export function entriesByKey(): EntriesByKey {
  const byKey = new Map<Key, IndexEntry>()
  return {
    first: (key) => byKey.get(key),
    find(key, name) {
      let entry = byKey.get(key)
      while (entry && entry.name !== name) entry = entry.next
      return entry
    },
    add({ key, reads, settle, name, widgets }) {
      const entry = { key, reads, settle, name, widgets, next: byKey.get(key) }
      byKey.set(key, entry)
      return entry
    },
    remove(entry) {
      const first = byKey.get(entry.key)
      if (first !== entry) {
        let before = first
        while (before && before.next !== entry) before = before.next
        if (before) before.next = entry.next
      } else if (entry.next) byKey.set(entry.key, entry.next)
      else byKey.delete(entry.key)
    },
  }
}

export function join(entry: IndexEntry, id: string): void {
  if (typeof entry.widgets === 'string') entry.widgets = new Set([entry.widgets])
  entry.widgets.add(id)
}

/** Says whether nobody is left. */
export function leave({ widgets }: IndexEntry, id: string): boolean {
  if (typeof widgets === 'string') return true
  widgets.delete(id)
  return widgets.size === 0
}
