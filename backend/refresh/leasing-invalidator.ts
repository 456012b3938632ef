import { retry } from '../base/retry.ts'
import type { WaitGroup } from '../base/wait-group.ts'
import type { Cache, Granted, Invalidation, Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { Admission, Stay } from './admission.ts'
import { minIntervalOf } from './claimed-refresh.ts'
import type { Claiming } from './claiming.ts'
import type { Dispatch } from './dispatch.ts'
import { laneOf } from './lane.ts'
import type { RefreshLeased } from './leased-refresh.ts'
import { LEASE } from './leases.ts'
import type { Loadable } from './load.ts'
import type { LoadQueue } from './load-queue.ts'
import type { Loadables } from './loadables.ts'

/** A key that is loaded first if an invalidation leases it. */
interface Reserved {
  readonly loadable: Loadable
  readonly stay: Stay
}

/**
 * Invalidates as the cache does. While no due key waits, the loads of keys this makes due begin in the same round trip,
 * as far as there is capacity for them; the others are claimed like any.
 */
export function leasingInvalidator(options: {
  readonly cache: Pick<Cache, 'invalidate' | 'release'>
  readonly loadables: Pick<Loadables, 'find' | 'knows' | 'sourceOf'>
  readonly admission: Pick<Admission, 'admits' | 'enter' | 'leave'>
  readonly queue: Pick<LoadQueue, 'waits'>
  readonly claiming: Pick<Claiming, 'isDrained'>
  readonly dispatch: Dispatch
  readonly refreshLeased: RefreshLeased
  readonly newToken: () => string
  readonly underWay: WaitGroup
  readonly signal: AbortSignal
}): Invalidator {
  const { cache, loadables, admission, queue, claiming, dispatch } = options
  const { refreshLeased, newToken, underWay, signal } = options
  const { find, knows, sourceOf } = loadables

  /** Room for the keys that may be loaded before any other. */
  function reserve(keys: readonly { readonly key: Key }[]): Map<Key, Reserved> {
    const reserved = new Map<Key, Reserved>()
    if (!claiming.isDrained || signal.aborted) return reserved
    for (const { key } of keys) {
      const loadable = !reserved.has(key) && knows(key) ? find(key) : undefined
      if (!loadable) continue
      const lane = laneOf(key, loadable, sourceOf)
      if (!queue.waits(lane) && admission.admits(lane))
        reserved.set(key, { loadable, stay: admission.enter(lane) })
    }
    return reserved
  }

  function begin(
    reserved: ReadonlyMap<Key, Reserved>,
    token: string,
    granted: ReadonlyMap<Key, Granted>,
  ): void {
    for (const [key, { loadable, stay }] of reserved) {
      const grant = granted.get(key)
      if (grant) dispatch.start(stay, key, refreshLeased({ stay, loadable, token, grant, urgent: true }))
      else admission.leave(stay)
    }
    dispatch.startWaiting()
  }

  /** The answer was lost, and with it what may have been leased. */
  async function giveUp(reserved: ReadonlyMap<Key, Reserved>, token: string): Promise<void> {
    for (const { stay } of reserved.values()) admission.leave(stay)
    const release = () => Promise.all([...reserved.keys()].map((key) => cache.release(key, token)))
    await retry(release, { signal, onFailure: () => {} }).catch(() => {})
  }

  return {
    async invalidate(marks: readonly Invalidation[]) {
      const reserved = reserve(marks)
      if (reserved.size === 0) return cache.invalidate(marks)
      const token = newToken()
      const minIntervals = new Map(
        [...reserved].map(([key, { loadable }]) => [key, minIntervalOf(loadable.type)]),
      )
      const answer = cache.invalidate(marks, { lease: token, ttl: LEASE, minIntervals })
      const begun = answer.then(
        ({ granted }) => begin(reserved, token, granted),
        () => giveUp(reserved, token),
      )
      underWay.begin()
      void begun.finally(underWay.end)
      return answer
    },
  }
}
