import { eq, sql } from 'drizzle-orm'
import { changes, counters } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import type { NewChange } from './change.ts'

/** Channel of the hint that the log has grown. */
export const CHANGES_CHANNEL = 'hubs_changes'

/**
 * Gives the number of the last change, and holds the numbers after it until the transaction ends: whoever asks next waits,
 * and so commits later. Ask before anything is read that the change depends on. The query is sent within the call, so
 * that what is asked after it on the same transaction is answered as the last holder left it.
 */
export async function holdNumbers(tx: Database): Promise<number> {
  const [counter] = await tx
    .select()
    .from(counters)
    .where(eq(counters.name, 'changes'))
    .for('update')
    .execute()
  if (!counter) throw new Error('The counter of changes is missing: the database was not migrated.')
  return counter.value
}

/** Within the transaction of the changes: writes them to the log in their order, from the number after `last` on. */
export async function appendChanges(tx: Database, last: number, made: readonly NewChange[]): Promise<void> {
  await Promise.all([
    tx.insert(changes).values(
      made.map(({ actor, address, subject, kind, after }, at) => ({
        number: last + 1 + at,
        ...{ actor, address, kind, after },
        subjectKind: subject.kind,
        subjectId: subject.id,
      })),
    ),
    tx
      .update(counters)
      .set({ value: last + made.length })
      .where(eq(counters.name, 'changes')),
    tx.execute(sql`select pg_notify(${CHANGES_CHANNEL}, '')`),
  ])
}
