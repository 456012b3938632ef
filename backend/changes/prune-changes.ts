import { sql } from 'drizzle-orm'
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

/** Removes what is beyond what is kept, and gives how many changes that were. */
export async function pruneChanges(db: Database, { days, revisionBytes }: ChangeRetention): Promise<number> {
  const old = await db
    .delete(changes)
    .where(
      sql`${changes.at} < now() - make_interval(secs => ${days * 86_400}) and not (${changes.subjectKind} = 'hub'
        and exists (select 1 from ${hubs} where ${hubs.slug} = ${changes.subjectId}))`,
    )
    .returning({ number: changes.number })
  // Only the size of what is stored is looked at, never the documents; and one by one only of hubs that have too much.
  const large = await db
    .delete(changes)
    .where(
      sql`${changes.at} < now() - ${LEAST_AGE}::interval and ${changes.number} in (
        select number from (
          select number, sum(pg_column_size("after")) over (
            partition by subject_id order by number desc rows between unbounded preceding and 1 preceding
          ) as newer
          from changes where subject_kind = 'hub' and subject_id in (
            select subject_id from changes where subject_kind = 'hub'
            group by subject_id having sum(pg_column_size("after")) > ${revisionBytes}
          )
        ) as revisions where newer >= ${revisionBytes}
      )`,
    )
    .returning({ number: changes.number })
  return old.length + large.length
}
