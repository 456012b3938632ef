import type { Database } from '../db/database.ts'
import { appendChanges, holdNumbers } from './append-changes.ts'
import type { NewChange, Subject } from './change.ts'

/** Writes a change of each of these subjects, and nothing else, by one transaction. */
export async function written(
  db: Database,
  subjects: readonly Subject[],
  change: Partial<NewChange> = {},
): Promise<void> {
  await db.transaction(async (tx) => {
    const last = await holdNumbers(tx)
    const made = { actor: 'tester', address: null, kind: 'put', after: {}, ...change } as const
    await appendChanges(
      tx,
      last,
      subjects.map((subject) => ({ ...made, subject })),
    )
  })
}

export const hub = (id: string): Subject => ({ kind: 'hub', id })
export const apiToken = (id: string): Subject => ({ kind: 'token', id })
