import type { Key } from '../version.ts'
import { spacing } from './world.ts'

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

/** What must hold of leases: one at a time, none of what is fresh, none too early, none lost that ran. */
export interface LeaseObserver {
  /** Returns what to call when it is answered. */
  invalidating(key: Key): () => void
  acquiring(key: Key): (lease: string, grantedAt: number, ttl: number) => ObservedLease
  /** Each returns what to call when it is answered. */
  committing(lease: ObservedLease): (outcome: 'fresh' | 'stale' | 'lost', dueAt: number) => void
  releasing(lease: ObservedLease): () => void
  failing(lease: ObservedLease): () => void
  extended(lease: ObservedLease, ours: boolean, leaseUntil: number): void
  flushing(): () => void
  /** Nothing is under way. */
  calm(now: number): void
}

const FOREVER = Number.POSITIVE_INFINITY

export function createLeaseObserver(): LeaseObserver {
  let time = 0
  let flushedAt = -1
  let flushes = 0
  const leases: ObservedLease[] = []
  /** Invalidations that are under way, and that were ever asked for. */
  const underWay = new Map<Key, number>()
  const asked = new Map<Key, number>()
  const freshUntil = new Map<Key, { readonly dueAt: number }>()
  const starts = new Map<Key, { readonly at: number }>()

  const tick = () => {
    time += 1
    return time
  }

  /** Returns what to call when its end is answered. */
  function end(one: ObservedLease): () => void {
    one.until = tick()
    return () => {
      tick()
      leases.splice(leases.indexOf(one), 1)
    }
  }

  return {
    invalidating(key) {
      tick()
      freshUntil.delete(key)
      asked.set(key, (asked.get(key) ?? 0) + 1)
      underWay.set(key, (underWay.get(key) ?? 0) + 1)
      return () => {
        tick()
        underWay.set(key, (underWay.get(key) ?? 0) - 1)
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
        leases.push(one)
        checkAlone(one, leases)
        if (!unsure) starts.set(key, { at: grantedAt })
        return one
      }
    },
    committing(one) {
      const ended = end(one)
      const [alone, askedThen] = [!underWay.get(one.key), asked.get(one.key)]
      return (outcome, dueAt) => {
        ended()
        if (one.unsure) return
        if (outcome === 'lost')
          throw new Error(`I4: ${one.key}: ${one.lease} lost a lease that nobody else could have`)
        if (outcome === 'fresh' && alone && asked.get(one.key) === askedThen)
          freshUntil.set(one.key, { dueAt })
      }
    },
    releasing(one) {
      starts.delete(one.key)
      return end(one)
    },
    failing: end,
    extended(one, ours, leaseUntil) {
      tick()
      if (ours) one.leaseUntil = leaseUntil
      else if (!one.unsure) throw new Error(`I4: ${one.key}: ${one.lease} lost a lease that ran`)
    },
    flushing() {
      tick()
      flushes += 1
      for (const one of leases) one.unsure = true
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
      for (const one of leases) if (one.leaseUntil <= now) one.unsure = true
    },
  }
}

function checkAlone(one: ObservedLease, leases: readonly ObservedLease[]): void {
  for (const other of leases) {
    if (other === one || other.key !== one.key || other.unsure || one.unsure) continue
    if (Math.max(one.from, other.from) < Math.min(one.until, other.until))
      throw new Error(`I4: ${one.key}: ${one.lease} and ${other.lease} hold the lease at once`)
  }
}
