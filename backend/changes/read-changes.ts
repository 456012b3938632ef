import { eq, lte, sql } from 'drizzle-orm'
import { changes, counters } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { orDatabaseAway } from '../db/database-away.ts'
import type { ChangeHeader, Subject } from './change.ts'

/** What the log holds after a number, as of one instant. */
export interface ReadChanges {
  /** Number of the last change there is; 0 before the first. */
  readonly latest: number
  /** In the order of their numbers. */
  readonly changes: readonly ChangeHeader[]
}

/** Number of the last change; 0 before the first. @throws DatabaseAway */
export function latestChange(db: Database): Promise<number> {
  return orDatabaseAway(async () => {
    const [counter] = await db.select().from(counters).where(eq(counters.name, 'changes'))
    return counter?.value ?? 0
  })
}

/**
 * Reads the changes after a number, at most `limit` of them; rejects with DatabaseAway. Prepared once: a daemon asks for
 * every batch of events, and making the statement costs more than all else of asking.
 */
export function changesReader(db: Database): (after: number, limit: number) => Promise<ReadChanges> {
  let statement: ReturnType<typeof prepare> | undefined
  return (after, limit) =>
    orDatabaseAway(async () => {
      statement ??= prepare(db)
      const rows = await statement.execute({ after, limit })
      return {
        latest: rows[0]?.latest ?? 0,
        changes: rows.flatMap(({ number, kind, id }) =>
          number === null || kind === null || id === null ? [] : [{ number, subject: { kind, id } }],
        ),
      }
    })
}

function prepare(db: Database) {
  const found = db
    .select({
      number: changes.number,
      // Written by `appendChanges` alone.
      kind: sql<Subject['kind']>`${changes.subjectKind}`.as('kind'),
      id: changes.subjectId,
    })
    .from(changes)
    .where(sql`${changes.number} > ${sql.placeholder('after')}`)
    .orderBy(changes.number)
    .limit(sql.placeholder('limit'))
    .as('found')
  return (
    db
      .select({ latest: counters.value, number: found.number, kind: found.kind, id: found.id })
      .from(counters)
      // A database that was restored may hold changes above its counter, whose numbers will be used again.
      .leftJoin(found, lte(found.number, counters.value))
      .where(eq(counters.name, 'changes'))
      .orderBy(found.number)
      .prepare('changes_after')
  )
}
