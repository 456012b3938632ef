import { eq, type SQL, sql } from 'drizzle-orm'
import { changes, hubs } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'

/** What the log of changes holds of the past. */
export interface ChangeRetention {
  /** Days for which every change is kept; those of a hub that is there are kept for longer. */
  readonly days: number
  /** Bytes, as the database stores them, of the revisions of one hub; the newest is kept whatever its size. */
  readonly revisionBytes: number
}

/** Nothing younger goes, so that processes that follow meet no hole, and who was away for longer reads all anew. */
const LEAST_AGE = '1 hour'

/** Rows of one delete, so that none holds its locks, or an embedded database its process, for long. */
const AT_ONCE = 1_000

/** Removes what is beyond what is kept, and gives how many changes that were. */
export async function pruneChanges(db: Database, { days, revisionBytes }: ChangeRetention): Promise<number> {
  const old = await remove(
    db,
    sql`select ${changes.number} from ${changes}
      where ${changes.at} < now() - make_interval(secs => ${days * 86_400}) and not (${changes.subjectKind} = 'hub'
        and exists (select 1 from ${hubs} where ${hubs.slug} = ${changes.subjectId}))
      order by ${changes.number} limit ${AT_ONCE}`,
  )
  // Only the size of what is stored is looked at, never the documents; and one by one only of hubs that have too much.
  const busy = await db
    .select({ slug: changes.subjectId })
    .from(changes)
    .where(eq(changes.subjectKind, 'hub'))
    .groupBy(changes.subjectId)
    .having(sql`sum(pg_column_size(${changes.after})) > ${revisionBytes}`)
  let large = 0
  for (const { slug } of busy) {
    large += await remove(
      db,
      sql`select number from (
        select number, at, sum(pg_column_size("after")) over (
          order by number desc rows between unbounded preceding and 1 preceding
        ) as newer
        from changes where subject_kind = 'hub' and subject_id = ${slug}
      ) as revisions
      where newer >= ${revisionBytes} and at < now() - ${LEAST_AGE}::interval
      order by number limit ${AT_ONCE}`,
    )
  }
  return old + large
}

/** The oldest first, so that what is left of a history has no hole. */
async function remove(db: Database, some: SQL): Promise<number> {
  for (let rows = 0; ; ) {
    const gone = await db
      .delete(changes)
      .where(sql`${changes.number} in (${some})`)
      .returning({ number: changes.number })
    rows += gone.length
    if (gone.length < AT_ONCE) return rows
  }
}
