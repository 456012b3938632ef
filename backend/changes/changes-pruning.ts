import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import type { Service } from '../base/service.ts'
import type { Database } from '../db/database.ts'
import { type ChangeRetention, pruneChanges } from './prune-changes.ts'

/** Milliseconds between two looks at what may go. */
const LOOK_EVERY = 3_600_000

/** Removes what the log of changes need not hold any more; what could not be done is done by the next look. */
export function openChangesPruning(options: {
  readonly db: Database
  readonly retention: ChangeRetention
  readonly log: Pick<Logger, 'info' | 'warn'>
}): Service {
  const { db, retention, log } = options
  return {
    run: (signal) =>
      every(LOOK_EVERY, signal, async () => {
        try {
          const removed = await pruneChanges(db, retention)
          if (removed > 0) log.info({ rows: removed }, 'old changes were removed from their log')
        } catch (err) {
          log.warn({ err }, 'the log of changes could not be pruned')
        }
      }),
  }
}
