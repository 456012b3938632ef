import type { WriteBehindCounts } from '../ingest/write-behind.ts'

/** What triage has done since the process began. */
export interface TriageCounts extends WriteBehindCounts {
  /** Messages taken off the bus. */
  events: number
  /** Of these, those that made a key stale. */
  matched: number
  /** Keys invalidated. */
  invalidated: number
  /** Messages triaged again after the cache lost its past. */
  replayed: number
  /** Messages, about, that the bus discarded before anybody was given them. */
  lost: number
  deadLettered: number
  /** Messages we failed on, which come again. */
  failed: number
  /** Times a store did not answer. */
  away: number
}

export function triageCounts(): TriageCounts {
  return {
    events: 0,
    matched: 0,
    invalidated: 0,
    replayed: 0,
    lost: 0,
    deadLettered: 0,
    failed: 0,
    away: 0,
    logged: 0,
    dropped: 0,
    unlogged: 0,
  }
}
