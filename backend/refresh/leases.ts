import { swapRemove } from '../base/swap-remove.ts'
import type { Cache } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { RunningLoad } from './load.ts'

/** Milliseconds a lease lasts; a load that takes longer extends it, so that a crash is noticed within this time. */
export const LEASE = 10_000
/** Milliseconds between two looks at the leases held; one is extended after a third of its time. */
const LOOK = 1_000

/** That this process alone may commit the next result of a key. */
export interface Lease {
  readonly key: Key
  readonly token: string
  /** It became another's. */
  readonly lost: boolean
  load: RunningLoad | undefined
}

/** The leases this process holds: extended for as long as they are. */
export interface Leases {
  /** Just granted for `LEASE`. */
  hold(key: Key, token: string): Lease
  /** It is not extended any more. */
  drop(lease: Lease): void
  /** Gives up every load. */
  giveUp(): void
  close(): void
}

interface Held extends Lease {
  /** `performance.now()` when it was granted or last extended. */
  since: number
  lost: boolean
  /** In `held`. */
  at: number
}

export function openLeases(cache: Pick<Cache, 'extend'>): Leases {
  /** An array, not a set, for what `undecidedDeliveries` says of sets. */
  const held: Held[] = []

  /** One timer for all of them. */
  const extending = setInterval(() => {
    const now = performance.now()
    for (const lease of held) {
      if (now - lease.since < LEASE / 3) continue
      lease.since = now
      cache.extend(lease.key, lease.token, LEASE).then(
        (ours) => {
          if (ours) return
          lease.lost = true
          lease.load?.giveUp()
        },
        () => {},
      )
    }
  }, LOOK)

  return {
    hold(key, token) {
      const lease: Held = {
        key,
        token,
        lost: false,
        load: undefined,
        since: performance.now(),
        at: held.length,
      }
      held.push(lease)
      return lease
    },
    drop(lease) {
      // Made by `hold`.
      swapRemove(held, lease as Held)
    },
    giveUp() {
      for (const { load } of held) load?.giveUp()
    },
    close() {
      clearInterval(extending)
    },
  }
}
