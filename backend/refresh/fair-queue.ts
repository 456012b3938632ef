import type { Key } from '../cache/version.ts'

/** Keys of hubs: each hub has its turn, and of its keys the first that came. */
export interface FairQueue extends Iterable<Key> {
  /** It keeps its place if it was there. */
  add(key: Key, hub: string): void
  has(key: Key): boolean
  /** Says whether it was there. */
  remove(key: Key): boolean
  /** Takes out the key whose turn it is. */
  next(): Key | undefined
  readonly size: number
}

export function openFairQueue(): FairQueue {
  const hubs = new Map<string, Set<Key>>()
  const hubOf = new Map<Key, string>()

  function remove(key: Key): boolean {
    const hub = hubOf.get(key)
    if (hub === undefined) return false
    hubOf.delete(key)
    const keys = hubs.get(hub)
    keys?.delete(key)
    if (keys?.size === 0) hubs.delete(hub)
    return true
  }

  return {
    add(key, hub) {
      if (hubOf.has(key)) return
      hubOf.set(key, hub)
      const keys = hubs.get(hub)
      if (keys) keys.add(key)
      else hubs.set(hub, new Set([key]))
    },
    has: (key) => hubOf.has(key),
    remove,
    next() {
      for (const [hub, keys] of hubs) {
        const [key = ''] = keys
        remove(key)
        // Last, if it still waits for others.
        if (hubs.delete(hub)) hubs.set(hub, keys)
        return key
      }
      return undefined
    },
    get size() {
      return hubOf.size
    },
    [Symbol.iterator]: () => hubOf.keys(),
  }
}
