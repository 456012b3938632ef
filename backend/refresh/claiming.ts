import type { Logger } from 'pino'
import type { Wake } from '../base/wake.ts'
import type { Cache } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { Admission } from './admission.ts'
import type { Dispatch } from './dispatch.ts'
import { type Lane, laneOf } from './lane.ts'
import type { LoadQueue } from './load-queue.ts'
import type { Loadables } from './loadables.ts'
import type { Silence } from './silence.ts'

/** Keys claimed at once. */
const CLAIM = 256
/** Claimed keys that may wait here, and beyond which no more are claimed at once, for other daemons may have capacity. */
const QUEUE = 512
const ENOUGH = 64
/** Milliseconds a claimed key is hidden from other daemons while it waits for its turn here. */
const VISIBILITY = 10_000
/** Milliseconds until a claimed key that there is no capacity for is due again, and one whose source is silent. */
const NO_ROOM = 1_000
const SILENT = 5_000
/** Milliseconds between the moments at which they are, so that thousands do not cost a claim each. */
const TOGETHER = 250
/** Milliseconds between two looks at the due keys when nothing wakes us. */
const POLL = 100
/** Milliseconds between two tries while the cache is away, at most. */
const LONGEST = 2_000

/** Claims due keys for which there is capacity, or soon will be. Any number of daemons share the due keys. */
export interface Claiming {
  /** As far as this process knows no due key waits, here or in the cache. */
  readonly isDrained: boolean
  /** A refresh has ended: looks for more before nothing waits here any more. */
  topUp(): void
  /** Until `signal` aborts; then nothing waits here any more. */
  run(signal: AbortSignal): Promise<void>
}

export function openClaiming(options: {
  readonly cache: Pick<Cache, 'claim' | 'unclaim'>
  readonly loadables: Pick<Loadables, 'find' | 'sourceOf'>
  readonly admission: Pick<Admission, 'admits' | 'keys'>
  /** Of `admission.keys`. */
  readonly mostKeys: number
  readonly queue: LoadQueue
  readonly silence: Pick<Silence, 'standing' | 'tell'>
  readonly dispatch: Pick<Dispatch, 'startWaiting'>
  readonly woken: Wake
  readonly log: Pick<Logger, 'warn'>
}): Claiming {
  const { cache, loadables, admission, mostKeys, queue, silence, dispatch, woken, log } = options
  const { find, sourceOf } = loadables
  /** The last claim found fewer keys than it could have taken. */
  let drained = false

  /** Claims once. Says how long to rest; 0 for not at all. */
  async function claim(): Promise<number> {
    const capacity = Math.min(CLAIM, mostKeys - admission.keys, QUEUE - queue.held)
    const claimed = capacity > 0 ? await cache.claim(capacity, VISIBILITY) : undefined
    const found = claimed?.keys.length ?? 0
    drained = found < capacity
    if (claimed) await receive(claimed.keys, claimed.urgent)
    // Beyond that more is claimed only now and then.
    if (found === capacity && capacity > 0 && queue.held < ENOUGH) return 0
    return Math.max(1, Math.min(POLL, claimed?.nextIn ?? POLL))
  }

  /** Begins or keeps what there will soon be capacity for and gives the rest back, so that it hides nothing behind it. */
  async function receive(keys: readonly Key[], urgent: number): Promise<void> {
    const noRoom: Key[] = []
    const silent: Key[] = []
    for (const [n, key] of keys.entries()) {
      const loadable = find(key)
      const lane = laneOf(key, loadable, sourceOf)
      if (loadable && lane.source !== undefined && !isTried(lane))
        (silence.tell(loadable, lane.source) ? silent : noRoom).push(key)
      else if (!queue.add({ key, lane, hub: loadable?.hub ?? '' }, n < urgent)) noRoom.push(key)
    }
    dispatch.startWaiting()
    const together = TOGETHER - (Date.now() % TOGETHER)
    await Promise.all([cache.unclaim(noRoom, NO_ROOM + together), cache.unclaim(silent, SILENT + together)])
  }

  /** Of a silent source, the one load that is tried. */
  function isTried(lane: Lane): boolean {
    if (silence.standing(lane.source) !== 'silent') return true
    return admission.admits(lane) && !queue.waits(lane)
  }

  return {
    get isDrained() {
      return drained && !woken.isDue && queue.held === 0
    },
    topUp() {
      if (!drained && queue.held < ENOUGH / 2) woken.wake()
    },
    async run(signal) {
      let delay = POLL
      while (!signal.aborted) {
        // What becomes due from here on is met by this claim, or wakes the next.
        woken.clear()
        try {
          const rest = await claim()
          delay = POLL
          if (rest > 0) await woken.wait(rest)
        } catch (error) {
          delay = Math.min(delay * 2, LONGEST)
          log.warn({ err: error }, 'due keys could not be claimed')
          woken.clear()
          await woken.wait(delay)
        }
      }
      queue.clear()
    },
  }
}
