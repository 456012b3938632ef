import type { Key } from '../cache/version.ts'

/** What an interest leads to: the key to invalidate, and how. */
export interface InvalidationTarget {
  readonly key: Key
  /** Its loader reads the event log, so the event must be in there first. */
  readonly reads: boolean
  /** Milliseconds after which it is invalidated once more; 0 for never. */
  readonly settle: number
}
