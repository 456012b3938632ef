import type { Key } from '../version.ts'
import { createLeaseObserver, type LeaseObserver } from './lease-observer.ts'
import { createReadObserver, type ReadObserver } from './read-observer.ts'

/**
 * What may be said of clients that run at once, by the order of askings and answers alone: of two calls one is before the
 * other only if it was answered before the other was asked (Herlihy and Wing, "Linearizability", 1990).
 */
export interface Observer extends Omit<LeaseObserver, 'invalidating'>, Pick<ReadObserver, 'reading'> {
  /** Returns what to call when it is answered. `value` is what the source has by now. */
  invalidating(key: Key, value: number): () => void
}

export function createObserver(): Observer {
  const leases = createLeaseObserver()
  const reads = createReadObserver()
  return {
    ...leases,
    reading: reads.reading,
    invalidating(key, value) {
      const answered = leases.invalidating(key)
      return () => {
        answered()
        reads.invalidated(key, value)
      }
    },
  }
}
