import type { Granted } from '../cache/cache.ts'
import type { Admission, Stay } from './admission.ts'
import type { RefreshCounts } from './counts.ts'
import type { Lease } from './leases.ts'
import { type Loadable, type Loaded, load, type OpenContext } from './load.ts'
import type { LoadTimes } from './load-times.ts'
import type { Silence } from './silence.ts'

/** Milliseconds a leased key may wait for its load to begin, before it is given back for any daemon to take. */
const PATIENCE = 1_000

/** A key that was let in, and whose lease was granted. */
export interface LeasedKey {
  readonly stay: Stay
  readonly loadable: Loadable
  /** The lease. */
  readonly token: string
  readonly grant: Granted
  /** An event made it stale. */
  readonly urgent: boolean
}

/**
 * Loads a leased key when there is capacity for it. Nothing when its turn did not come before the lease was lost, we were told
 * to stop, or it had waited too long.
 */
export type LoadInTurn = (leased: LeasedKey, lease: Lease) => Promise<Loaded | undefined>

export function loaderInTurn(options: {
  readonly admission: Pick<Admission, 'begin'>
  readonly silence: Pick<Silence, 'hear'>
  readonly openContext: OpenContext
  readonly counts: RefreshCounts
  readonly times: LoadTimes | undefined
  /** A source is silent from now on: what waits for it need not wait here. */
  readonly onSilent: (source: string) => void
  /** A load has ended: there is capacity for another. */
  readonly onFreed: () => void
  readonly signal: AbortSignal
}): LoadInTurn {
  const { admission, silence, openContext, counts, times, onSilent, onFreed, signal } = options
  return async ({ stay, loadable, grant, urgent }, lease) => {
    const release = await admission.begin(stay, PATIENCE, urgent)
    if (!release) return undefined
    counts.running++
    const began = performance.now()
    let loaded: Loaded | undefined
    try {
      if (lease.lost || signal.aborted) return undefined
      counts.loads++
      lease.load = load({ loadable, source: stay.lane.source, now: grant.now, openContext })
      loaded = await lease.load.loaded
      const { source } = stay.lane
      const heard = source !== undefined && !lease.lost && !signal.aborted
      if (heard && silence.hear(source, loaded, grant.now)) onSilent(source)
      return loaded
    } finally {
      counts.running--
      release(loaded?.kind !== 'result')
      times?.observe({ type: stay.lane.type, outcome: loaded?.kind ?? 'cut off' }, performance.now() - began)
      onFreed()
    }
  }
}
