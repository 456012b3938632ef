import type { CacheEntry, CacheSnapshot } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'
import { countOf, keyOf, spacing } from './world.ts'

/** A lease as far as clients can tell: surely held from the answer that granted it to the asking that ends it. */
export interface ObservedLease {
  readonly key: Key
  readonly lease: string
  readonly from: number
  until: number
  leaseUntil: number
  /** The store lost its past before or while it was granted: whether it holds is not known. */
  unsure: boolean
}

/**
 * What may be said of clients that run at once, by the order of askings and answers alone: of two calls one is before the
 * other only if it was answered before the other was asked (Herlihy and Wing, "Linearizability", 1990).
 */
export interface Observer {
  /** Returns what to call when it is answered. `value` is what the source has by now. */
  invalidating(key: Key, value: number): () => void
  reading(): (reading: CacheSnapshot) => void
  acquiring(key: Key): (lease: string, grantedAt: number, ttl: number) => ObservedLease
  /** Each returns what to call when it is answered. */
  committing(held: ObservedLease): (outcome: 'fresh' | 'stale' | 'lost', dueAt: number) => void
  releasing(held: ObservedLease): () => void
  failing(held: ObservedLease): () => void
  extended(held: ObservedLease, ours: boolean, leaseUntil: number): void
  flushing(): () => void
  /** Nothing is under way. */
  calm(now: number): void
}

const FOREVER = Number.POSITIVE_INFINITY

export function createObserver(): Observer {
  let time = 0
  let flushedAt = -1
  let flushes = 0
  const held: ObservedLease[] = []
  const floors = new Map<Key, number>()
  /** Invalidations that are under way, and that were ever asked for. */
  const underWay = new Map<Key, number>()
  const asked = new Map<Key, number>()
  const freshUntil = new Map<Key, { readonly dueAt: number }>()
  const seen = new Map<Key, { readonly version: Version; readonly value: number }>()
  const starts = new Map<Key, { readonly at: number }>()

  const tick = () => {
    time += 1
    return time
  }

  function checkEntry(
    entry: CacheEntry,
    floor: number,
    before: { version: Version; value: number } | undefined,
  ) {
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

  function checkLeases(one: ObservedLease): void {
    for (const other of held) {
      if (other === one || other.key !== one.key || other.unsure || one.unsure) continue
      if (Math.max(one.from, other.from) < Math.min(one.until, other.until))
        throw new Error(`I4: ${one.key}: ${one.lease} and ${other.lease} hold the lease at once`)
    }
  }

  return {
    invalidating(key, value) {
      tick()
      freshUntil.delete(key)
      asked.set(key, (asked.get(key) ?? 0) + 1)
      underWay.set(key, (underWay.get(key) ?? 0) + 1)
      return () => {
        tick()
        underWay.set(key, (underWay.get(key) ?? 0) - 1)
        floors.set(key, Math.max(floors.get(key) ?? 0, value))
      }
    },
    reading() {
      tick()
      const [floorsThen, seenThen] = [new Map(floors), new Map(seen)]
      return ({ entries }) => {
        tick()
        for (const entry of entries)
          checkEntry(entry, floorsThen.get(entry.key) ?? 0, seenThen.get(entry.key))
      }
    },
    acquiring(key) {
      const since = tick()
      const [freshThen, startThen] = [freshUntil.get(key), starts.get(key)]
      return (lease, grantedAt, ttl) => {
        const from = tick()
        const unsure = flushes > 0 || flushedAt > since
        if (!unsure && freshThen && freshUntil.get(key) === freshThen && grantedAt < freshThen.dueAt)
          throw new Error(`I4: ${key}: loaded again although fresh`)
        const early = startThen && grantedAt < startThen.at + (spacing[key] ?? 0)
        if (!unsure && early && starts.get(key) === startThen)
          throw new Error(`I4: ${key}: loaded again too early`)
        const one = { key, lease, from, until: FOREVER, leaseUntil: grantedAt + ttl, unsure }
        held.push(one)
        checkLeases(one)
        if (!unsure) starts.set(key, { at: grantedAt })
        return one
      }
    },
    committing(one) {
      one.until = tick()
      const [alone, askedThen] = [!underWay.get(one.key), asked.get(one.key)]
      return (outcome, dueAt) => {
        tick()
        held.splice(held.indexOf(one), 1)
        if (one.unsure) return
        if (outcome === 'lost')
          throw new Error(`I4: ${one.key}: ${one.lease} lost a lease that nobody else could have`)
        if (outcome === 'fresh' && alone && asked.get(one.key) === askedThen)
          freshUntil.set(one.key, { dueAt })
      }
    },
    releasing(one) {
      one.until = tick()
      starts.delete(one.key)
      return () => {
        tick()
        held.splice(held.indexOf(one), 1)
      }
    },
    failing(one) {
      one.until = tick()
      return () => {
        tick()
        held.splice(held.indexOf(one), 1)
      }
    },
    extended(one, ours, leaseUntil) {
      tick()
      if (ours) one.leaseUntil = leaseUntil
      else if (!one.unsure) throw new Error(`I4: ${one.key}: ${one.lease} lost a lease that ran`)
    },
    flushing() {
      tick()
      flushes += 1
      for (const one of held) one.unsure = true
      freshUntil.clear()
      starts.clear()
      return () => {
        flushedAt = tick()
        flushes -= 1
      }
    },
    calm(now) {
      tick()
      // A lease that ran out may be taken, and may be found again while nobody took it.
      for (const one of held) if (one.leaseUntil <= now) one.unsure = true
    },
  }
}
