import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Logger } from 'pino'
import { abortWith } from '../base/abort-with.ts'
import type { Service } from '../base/service.ts'
import { openWaitGroup } from '../base/wait-group.ts'
import { openWake } from '../base/wake.ts'
import type { Cache, Invalidator } from '../cache/cache.ts'
import { openAdmission } from './admission.ts'
import { claimedRefresh } from './claimed-refresh.ts'
import { openClaiming } from './claiming.ts'
import { type RefreshCounts, refreshCounts, refreshFigures } from './counts.ts'
import { openDispatch } from './dispatch.ts'
import { leasedRefresh } from './leased-refresh.ts'
import { openLeases } from './leases.ts'
import { leasingInvalidator } from './leasing-invalidator.ts'
import { LIMITS } from './limits.ts'
import type { OpenContext } from './load.ts'
import { type LoadBeside, loaderBeside } from './load-beside.ts'
import { loaderInTurn } from './load-in-turn.ts'
import { openLoadQueue } from './load-queue.ts'
import type { LoadTimes } from './load-times.ts'
import type { Loadables } from './loadables.ts'
import { openSilence } from './silence.ts'

/** Claims due keys, loads them and commits. It has ended when every load has, and every lease is given back. */
export interface Refresh extends Service, Invalidator {
  /** Keys have become due: look now. */
  poke(): void
  /** See `leasingInvalidator`. */
  readonly invalidate: Invalidator['invalidate']
  readonly loadBeside: LoadBeside
  readonly counts: Readonly<RefreshCounts>
}

export function openRefresh(
  options: Loadables & {
    readonly cache: Cache
    readonly openContext: OpenContext
    /** Without them nobody is told how long loads take. */
    readonly times?: LoadTimes
    readonly log: Logger
  },
): Refresh {
  const { cache, openContext, times, log, ...loadables } = options
  const ending = new AbortController()
  const { signal } = ending
  // Each lease that is given back while the cache is away listens until then.
  setMaxListeners(0, signal)
  const underWay = openWaitGroup()
  const woken = openWake(signal)
  const leases = openLeases(cache)
  const newToken = tokens()
  const silence = openSilence({ cache, newToken, log, underWay })
  const admission = openAdmission(LIMITS, silence.standing)
  const queue = openLoadQueue(admission)
  const counts = refreshCounts({ waiting: () => queue.size, silent: () => silence.silent })

  // Each is used by the one behind it; what a refresh leads to, when it ends, goes the other way.
  const loadInTurn = loaderInTurn({
    ...{ admission, silence, openContext, counts, times, signal },
    onSilent: queue.drop,
    onFreed: () => dispatch.startWaiting(),
  })
  const refreshLeased = leasedRefresh({
    ...{ cache, leases, loadInTurn, silence, counts, log, signal },
    onDue: woken.wake,
  })
  const refreshClaimed = claimedRefresh({ cache, loadables, newToken, refreshLeased })
  const dispatch = openDispatch({
    ...{ admission, queue, refreshClaimed, underWay, log },
    onEnd: () => claiming.topUp(),
  })
  const claiming = openClaiming({
    ...{ cache, loadables, admission, mostKeys: LIMITS.keys.all, queue, silence, dispatch, woken, log },
  })
  const { invalidate } = leasingInvalidator({
    ...{ cache, loadables, admission, queue, claiming, dispatch, refreshLeased, newToken, underWay, signal },
  })

  async function followWakes(): Promise<void> {
    try {
      for await (const _ of cache.wakes(signal)) woken.wake()
    } catch (error) {
      log.error({ err: error }, 'wakes ended; due keys are polled')
    }
  }

  return {
    poke: woken.wake,
    invalidate,
    loadBeside: loaderBeside({ admission, sourceOf: loadables.sourceOf, openContext, dispatch, signal }),
    counts,
    figures: [...refreshFigures(counts), ...(times ? [times.metric] : [])],
    async run(outer) {
      signal.addEventListener('abort', leases.giveUp, { once: true })
      abortWith(ending, outer)
      await Promise.all([claiming.run(signal), followWakes()])
      // An invalidation under way may yet be granted leases, which are given back.
      await underWay.idle()
      leases.close()
    },
  }
}

/** Every token of this process begins with one name, and no two are the same. */
function tokens(): () => string {
  const name = randomUUID()
  let count = 0
  return () => `${name}-${count++}`
}
