import { afterAll, beforeAll, beforeEach } from 'vitest'
import { events, topics } from '#drizzle/schema.ts'
import type { LoggedEvent } from '#widgets/define.ts'
import { believed } from '#widgets/kit/moment.ts'
import type { OpenDatabase } from '../../db/database.ts'
import type { EventLog } from '../event-log.ts'
import { openEventLog } from '../open-event-log.ts'

/** The event log of a test, empty when it begins. */
export interface EventLogUnderTest {
  readonly database: OpenDatabase
  readonly log: EventLog
}

/** To be called inside a `describe`; `open` gives an empty database, which all its tests share. */
export function eachWithEventLog(open: () => Promise<OpenDatabase>): EventLogUnderTest {
  let database: OpenDatabase
  let log: EventLog
  beforeAll(async () => {
    database = await open()
    await database.migrate()
    log = openEventLog(database.db)
  }, 120_000)
  beforeEach(async () => {
    await database.db.delete(events)
    await database.db.delete(topics)
    log = openEventLog(database.db)
  })
  afterAll(() => database.close())
  return {
    get database() {
      return database
    },
    get log() {
      return log
    },
  }
}

export const at = Date.UTC(2026, 2, 1)

export function event(id: string, fields: Partial<LoggedEvent> = {}): LoggedEvent {
  return { id, source: 's', type: 't', topic: 'a.b', time: at, receivedAt: at, data: null, ...fields }
}

/** As readers are told of it. */
export function asRead({ time: said, ...logged }: LoggedEvent): LoggedEvent {
  const time = believed(said, logged.receivedAt)
  return { ...logged, time, ...(time === said ? {} : { saidTime: said }) }
}

export const ids = (logged: readonly LoggedEvent[]): string[] => logged.map(({ id }) => id)
