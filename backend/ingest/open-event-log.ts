import type { Database } from '../db/database.ts'
import { orDatabaseAway } from '../db/database-away.ts'
import { eventAppender } from './event-appender.ts'
import type { EventLog } from './event-log.ts'
import { eventPruner } from './event-pruner.ts'
import { eventReader } from './event-reader.ts'

/** The event log in the tables of a database; any number of processes may have it open. */
export function openEventLog(db: Database): EventLog {
  const append = eventAppender(db)
  const read = eventReader(db)
  return {
    append: (received) => orDatabaseAway(() => append(received)),
    read: (query) => orDatabaseAway(() => read(query)),
    prune: eventPruner(db),
  }
}
