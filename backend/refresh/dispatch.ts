import type { Logger } from 'pino'
import type { WaitGroup } from '../base/wait-group.ts'
import type { Key } from '../cache/version.ts'
import type { Admission, Stay } from './admission.ts'
import type { RefreshClaimed } from './claimed-refresh.ts'
import type { LoadQueue } from './load-queue.ts'

/** Begins refreshes as there is capacity for them. */
export interface Dispatch {
  /** Begins what waits, as far as there is capacity now. */
  startWaiting(): void
  /** A refresh of a key that was let in has begun; its stay ends with it. */
  start(stay: Stay, key: Key, refreshing: Promise<void>): void
}

export function openDispatch(options: {
  readonly admission: Pick<Admission, 'admits' | 'enter' | 'leave'>
  readonly queue: Pick<LoadQueue, 'next'>
  readonly refreshClaimed: RefreshClaimed
  readonly underWay: WaitGroup
  /** A refresh has ended, and what waited for its capacity has begun. */
  readonly onEnd: () => void
  readonly log: Pick<Logger, 'warn'>
}): Dispatch {
  const { admission, queue, refreshClaimed, underWay, onEnd, log } = options

  function startWaiting(): void {
    for (let next = queue.next(admission.admits); next; next = queue.next(admission.admits)) {
      const stay = admission.enter(next.lane)
      start(stay, next.key, refreshClaimed(stay, next))
    }
  }

  function start(stay: Stay, key: Key, refreshing: Promise<void>): void {
    underWay.begin()
    void refreshing
      .catch((error: unknown) =>
        log.warn({ err: error, key }, 'a refresh was given up; its key becomes due again'),
      )
      .then(() => {
        admission.leave(stay)
        startWaiting()
        onEnd()
      })
      .finally(underWay.end)
  }

  return { startWaiting, start }
}
