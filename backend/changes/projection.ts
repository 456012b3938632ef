import type { ChangeHeader, Subject } from './change.ts'

/** What a process holds in memory of some kinds of subjects, kept as the log of changes says. */
export interface Projection {
  /** The kinds it is made of. */
  readonly of: readonly Subject['kind'][]
  /**
   * Reads all of them, and forgets what is there no more. What changes meanwhile comes again by `apply`. Calls `answered`
   * whenever the database did, so that a long read is not taken for one that hangs.
   */
  load(answered: () => void): Promise<void>
  /**
   * Reads again what these changes, in the order of their numbers, were made to: as it is now, which may be newer. They
   * may be given again after a failure.
   */
  apply(changes: readonly ChangeHeader[]): Promise<void>
}
