import type { CacheEntry, CacheSnapshot } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'
import { countOf, keyOf } from './world.ts'

/** What must hold of what is read: nothing overtaken is fresh, and nothing goes back. */
export interface ReadObserver {
  /** An invalidation was answered; `value` is what the source had when it was asked for. */
  invalidated(key: Key, value: number): void
  /** Returns what to call with the answer. */
  reading(): (snapshot: CacheSnapshot) => void
}

interface Seen {
  readonly version: Version
  readonly value: number
}

export function createReadObserver(): ReadObserver {
  const floors = new Map<Key, number>()
  const seen = new Map<Key, Seen>()

  function check(entry: CacheEntry, floor: number, before: Seen | undefined): void {
    const { key, data, fresh, version } = entry
    if (data === undefined) return
    if (keyOf(data) !== key) throw new Error(`I8: ${key}: has ${data}, which is another's`)
    const value = countOf(data)
    if (fresh && value < floor)
      throw new Error(`I2: ${key}: fresh with ${value}, but overtaken by an event at ${floor}`)
    if (before && compareVersions(version, before.version) < 0)
      throw new Error(`I3: ${key}: went back to an older version`)
    if (before && version.epoch === before.version.epoch && value < before.value)
      throw new Error(`I3: ${key}: went back from ${before.value} to ${value}`)
    const known = seen.get(key)
    if (!known || compareVersions(version, known.version) > 0) seen.set(key, { version, value })
  }

  return {
    invalidated: (key, value) => void floors.set(key, Math.max(floors.get(key) ?? 0, value)),
    reading() {
      const [floorsThen, seenThen] = [new Map(floors), new Map(seen)]
      return ({ entries }) => {
        for (const entry of entries) check(entry, floorsThen.get(entry.key) ?? 0, seenThen.get(entry.key))
      }
    },
  }
}
