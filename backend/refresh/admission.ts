import { isSameLane, type Lane } from './lane.ts'
import { laneShares } from './lane-shares.ts'
import type { LoadLimits } from './limits.ts'
import { endLoad, hasCapacity, keysWithin, type Share } from './share.ts'
import type { Standing } from './source-health.ts'

/** A key that was let in: it counts in its shares until it leaves. */
export interface Stay {
  readonly lane: Lane
  readonly shares: readonly Share[]
}

/** Ends the load that began. One that failed sooner than loads take tells nothing of how long they do. */
export type Release = (failed?: boolean) => void

/**
 * Capacity to load, bounded for all, for each type and for each source, so that what hangs takes a part of it only: half of
 * a type's capacity is kept for sources that answer.
 */
export interface Admission {
  /** A load of this lane would begin at once, or nearly. */
  admits(lane: Lane): boolean
  /** A key begins to be leased. */
  enter(lane: Lane): Stay
  leave(stay: Stay): void
  /**
   * Resolves when its load may begin, urgent ones first; nothing when `patience` ms have passed before.
   */
  begin(stay: Stay, patience: number, urgent?: boolean): Promise<Release | undefined>
  /** A claimed key may wait here: it will begin within a second or so. Until it is `letGo`. */
  hold(lane: Lane): Stay | undefined
  letGo(stay: Stay): void
  /** Keys in all. */
  readonly keys: number
}

interface Waiter {
  readonly stay: Stay
  readonly urgent: boolean
  begin(release: Release): void
}

export function openAdmission(
  limits: LoadLimits,
  standing: (source: string | undefined) => Standing,
): Admission {
  const shares = laneShares(limits, standing)
  const waiting: Waiter[] = []

  function occupy(stay: Stay): Release {
    for (const share of stay.shares) share.loads++
    const began = performance.now()
    return (failed = false) => {
      const took = performance.now() - began
      for (const share of stay.shares) endLoad(share, took, failed)
      beginNext()
    }
  }

  function beginNext(): void {
    const urgent = waiting.findIndex((waiter) => waiter.urgent && hasCapacity(waiter.stay.shares))
    const next = urgent === -1 ? waiting.findIndex((waiter) => hasCapacity(waiter.stay.shares)) : urgent
    const [waiter] = next === -1 ? [] : waiting.splice(next, 1)
    waiter?.begin(occupy(waiter.stay))
  }

  function wait(stay: Stay, patience: number, urgent: boolean): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        stay,
        urgent,
        begin(release) {
          clearTimeout(timer)
          resolve(release)
        },
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1)
        resolve(undefined)
      }, patience)
      waiting.push(waiter)
    })
  }

  return {
    admits(lane) {
      for (const share of shares.of(lane)) {
        if (share.loads >= share.most || share.keys >= keysWithin(share, 1)) return false
      }
      return !waiting.some(({ stay }) => isSameLane(stay.lane, lane))
    },
    enter(lane) {
      const entered = shares.of(lane)
      for (const share of entered) share.keys++
      return { lane, shares: entered }
    },
    leave(stay) {
      for (const share of stay.shares) share.keys--
    },
    begin: (stay, patience, urgent = false) =>
      hasCapacity(stay.shares) ? Promise.resolve(occupy(stay)) : wait(stay, patience, urgent),
    hold(lane) {
      const wanted = shares.of(lane)
      for (const share of wanted) if (share.keys + share.held >= keysWithin(share, 2)) return undefined
      for (const share of wanted) share.held++
      return { lane, shares: wanted }
    },
    letGo(stay) {
      for (const share of stay.shares) share.held--
    },
    get keys() {
      return shares.all.keys
    },
  }
}
