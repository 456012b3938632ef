import type { Figure } from '../base/figure.ts'

/** What refresh has done since the process began, and what it is at. */
export interface RefreshCounts {
  loads: number
  changed: number
  /** Changes of types with `truth: 'time'` that no event announced. */
  unannounced: number
  failed: number
  lost: number
  running: number
  /** Keys that wait for capacity to be loaded here. */
  readonly waiting: number
  /** Sources that do not answer. */
  readonly silent: number
}

export function refreshCounts(now: { waiting: () => number; silent: () => number }): RefreshCounts {
  return {
    ...{ loads: 0, changed: 0, unannounced: 0, failed: 0, lost: 0, running: 0 },
    get waiting() {
      return now.waiting()
    },
    get silent() {
      return now.silent()
    },
  }
}

export function refreshFigures(counts: Readonly<RefreshCounts>): Figure[] {
  return [
    { name: 'loads_total', help: 'Loads begun.', read: () => counts.loads },
    { name: 'loads_changed_total', help: 'Loads whose result differed.', read: () => counts.changed },
    {
      name: 'loads_unannounced_total',
      help: 'Changes found by the clock alone, of types whose events do not announce all.',
      read: () => counts.unannounced,
    },
    { name: 'loads_failed_total', help: 'Loads that failed.', read: () => counts.failed },
    {
      name: 'loads_lost_total',
      help: 'Results thrown away because the lease had become another’s.',
      read: () => counts.lost,
    },
    { name: 'loads_running', help: 'Loads under way.', read: () => counts.running },
    { name: 'loads_waiting', help: 'Due keys there is no room to load yet.', read: () => counts.waiting },
    {
      name: 'sources_silent',
      help: 'Hosts that do not answer, of which one load at a time is tried.',
      read: () => counts.silent,
    },
  ]
}
