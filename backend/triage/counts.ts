import type { Figure } from '../base/figure.ts'
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

export function triageFigures(counts: Readonly<TriageCounts>, index: { readonly size: number }): Figure[] {
  return [
    { name: 'events_total', help: 'Messages taken off the bus.', read: () => counts.events },
    { name: 'events_matched_total', help: 'Messages that made a key stale.', read: () => counts.matched },
    { name: 'keys_invalidated_total', help: 'Keys invalidated by events.', read: () => counts.invalidated },
    {
      name: 'events_replayed_total',
      help: 'Messages triaged again after the cache lost its past.',
      read: () => counts.replayed,
    },
    { name: 'events_logged_total', help: 'Events the event log has taken.', read: () => counts.logged },
    {
      name: 'events_unlogged_total',
      help: 'Events left out of the event log.',
      read: () => counts.dropped + counts.unlogged,
    },
    {
      name: 'events_lost_total',
      help: 'Messages, about, that the bus discarded before they were handled.',
      read: () => counts.lost,
    },
    { name: 'dead_letters_total', help: 'Messages put aside for good.', read: () => counts.deadLettered },
    { name: 'index_entries', help: 'Entries of the matching index.', read: () => index.size },
  ]
}
