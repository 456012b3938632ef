import type { Logger } from 'pino'
import { pause } from '../base/pause.ts'
import { shareNext } from '../base/share-next.ts'
import { openWake } from '../base/wake.ts'
import type { OpenDatabase } from '../db/database.ts'
import { CHANGES_CHANNEL } from './append-changes.ts'
import { catchUpWith } from './catch-up.ts'
import type { Projection } from './projection.ts'

/** Milliseconds between two reads of the log when nothing hints at one. */
const INTERVAL = 1_000
/** Milliseconds without an answer after which the database counts as away although no error said so. */
const PATIENCE = 5_000
/** Milliseconds from a read to the next that a hint asks for, so that many changes are few reads. */
const BETWEEN_HINTS = 25

/** How far a process knows the log of changes. */
export interface FollowedChanges {
  /** Whether the database has stopped answering: what is held in memory stays as it was last known. */
  readonly away: boolean
  /** Moment, by `performance.now()`, of the last read of the log: every change up to then is known. */
  readonly knownAt: number
  /**
   * Number of the last change that is known with all before it; 0 before the first read. Some subjects may be known as a
   * later one left them, because they are read after the log is.
   */
  readonly knownUpTo: number
  /** Resolves once all projections are loaded; rejects if `signal` is aborted before. */
  readonly ready: Promise<void>
  /** Reads the log to its end as of now. @throws DatabaseAway */
  caughtUp(): Promise<void>
}

/** Keeps projections as the log of changes says, until `signal` aborts. */
export function followChanges(options: {
  database: Pick<OpenDatabase, 'db' | 'listen'>
  projections: readonly Projection[]
  log: Logger
  signal: AbortSignal
}): FollowedChanges {
  const { database, projections, log, signal } = options
  let failing = false
  let knownAt = performance.now()
  let heardAt = knownAt
  let knownUpTo = 0

  const catchUp = catchUpWith(database.db, projections, () => {
    heardAt = performance.now()
  })
  const caughtUp = shareNext(async () => {
    const asked = performance.now()
    knownUpTo = await catchUp()
    knownAt = asked
    heardAt = Math.max(heardAt, asked)
  })
  const hints = openWake(signal)
  let listening = false

  async function read(): Promise<void> {
    try {
      if (!listening) await database.listen(CHANGES_CHANNEL, hints.wake)
      listening = true
      await caughtUp()
      failing = false
    } catch (error) {
      if (!failing)
        log.warn({ err: error }, 'The log of changes cannot be read: hubs stay as they were last known.')
      failing = true
    }
  }

  const ready = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
    async function follow(): Promise<void> {
      while (!signal.aborted) {
        await read()
        if (!failing) resolve()
        await pause(BETWEEN_HINTS, signal)
        await hints.wait(INTERVAL)
      }
    }
    void follow()
  })
  // Whoever waits for it hears of it; when nobody does, an end before the start is no fault.
  ready.catch(() => {})

  return {
    get away() {
      return failing || performance.now() - heardAt > PATIENCE
    },
    get knownAt() {
      return knownAt
    },
    get knownUpTo() {
      return knownUpTo
    },
    ready,
    caughtUp,
  }
}
