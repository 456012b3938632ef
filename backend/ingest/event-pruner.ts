import { desc, lte, type SQL, sql } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import type { EventLog, Pruned } from './event-log.ts'
import { forgetTopics } from './forget-topics.ts'
import { logSize } from './log-size.ts'

/** Rows of one delete, so that none holds its locks for long. */
const AT_ONCE = 5_000

export function eventPruner(db: Database): EventLog['prune'] {
  const size = logSize(db)

  /** The newest sequence that is too old to be among the newest `rows`. */
  async function beyondRows(rows: number): Promise<number | undefined> {
    const [beyond] = await db
      .select({ sequence: events.sequence })
      .from(events)
      .orderBy(desc(events.sequence))
      .offset(rows)
      .limit(1)
    return beyond?.sequence
  }

  /** The newest sequence that is too old to be among the newest `bytes` of data. */
  async function beyondBytes(bytes: number): Promise<number | undefined> {
    // Costs nothing, where adding up takes a look at every row.
    const [table] = await db
      .select({ size: sql<string>`pg_table_size('events')::text` })
      .from(sql`(select 1) as one`)
    if (Number(table?.size) <= bytes) return undefined
    return size.beyond(bytes)
  }

  async function* remove(condition: SQL): AsyncGenerator<Pruned> {
    for (;;) {
      const some = db.select({ sequence: events.sequence }).from(events).where(condition).limit(AT_ONCE)
      const gone = await db
        .delete(events)
        .where(sql`${events.sequence} in ${some}`)
        .returning({ topic: events.topic })
      if (gone.length > 0) yield { rows: gone.length, topics: new Set(gone.map(({ topic }) => topic)) }
      if (gone.length < AT_ONCE) return
    }
  }

  return async function* prune({ days, rows, bytes }) {
    if (days !== undefined) {
      const oldest = new Date(Date.now() - days * 86_400_000).toISOString()
      yield* remove(sql`${events.receivedAt} < ${oldest}`)
    }
    const beyond = rows === undefined ? undefined : await beyondRows(rows)
    if (beyond !== undefined) yield* remove(lte(events.sequence, beyond))
    const full = bytes === undefined ? undefined : await beyondBytes(bytes)
    if (full !== undefined) yield* remove(lte(events.sequence, full))
    // Topics go last, when the events that had them are gone.
    await forgetTopics(db)
  }
}
