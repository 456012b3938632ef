import { and, desc, eq, lt } from 'drizzle-orm'
import { changes } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { orDatabaseAway } from '../db/database-away.ts'
import type { LoggedChange, Subject } from './change.ts'

/** The newest changes of a subject, of those below a number, the newest first. @throws DatabaseAway */
export function readHistory(
  db: Database,
  subject: Subject,
  { below = Number.MAX_SAFE_INTEGER, limit }: { readonly below?: number; readonly limit: number },
): Promise<LoggedChange[]> {
  return orDatabaseAway(async () => {
    const rows = await db
      .select({
        number: changes.number,
        at: changes.at,
        actor: changes.actor,
        address: changes.address,
        kind: changes.kind,
        after: changes.after,
      })
      .from(changes)
      .where(
        and(
          eq(changes.subjectKind, subject.kind),
          eq(changes.subjectId, subject.id),
          lt(changes.number, below),
        ),
      )
      .orderBy(desc(changes.number))
      // One more, which says what there was before the last of them.
      .limit(limit + 1)
    return rows.slice(0, limit).map((row, at) => ({ ...row, subject, before: rows[at + 1]?.after ?? null }))
  })
}
