import { and, inArray, lte, sql } from 'drizzle-orm'
import { busMessages } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { type Message, REMEMBERED } from './bus.ts'
import { messageId } from './message-id.ts'

const { sequence, id, body, storedAt } = busMessages

/** What became of one message: its sequence, or the body that is there already under its id. */
export type Appended = { readonly sequence: number } | { readonly stored: string }

type Row = Pick<typeof busMessages.$inferSelect, 'id' | 'topic' | 'body' | 'storedAt'>

/** The sequence of each, nothing for those whose id is there already. */
async function insert(db: Database, rows: readonly Row[]): Promise<(number | undefined)[]> {
  const stored = await db
    .insert(busMessages)
    .values([...rows])
    .onConflictDoNothing()
    .returning({ id, sequence })
  const sequences = new Map(stored.map((row) => [row.id, row.sequence]))
  return rows.map((row) => {
    const own = sequences.get(row.id)
    // The second of one id in one insert is there already too.
    sequences.delete(row.id)
    return own
  })
}

/** Takes ids from rows that have had them for as long as they may. */
async function freeIds(db: Database, ids: readonly string[], before: number): Promise<void> {
  await db
    .update(busMessages)
    .set({ id: sql`${id} || ':' || ${sequence}` })
    .where(and(inArray(id, [...ids]), lte(storedAt, new Date(before))))
}

/** Stores each message once; see `BusStore.append`. */
export async function appendMessages(
  db: Database,
  messages: readonly Message[],
  time: number,
): Promise<readonly Appended[]> {
  const rows = messages.map(({ id, topic, body }) => ({
    id: messageId(id),
    topic,
    body,
    storedAt: new Date(time),
  }))
  const outcomes = new Map<Row, Appended>()
  for (let left: readonly Row[] = rows; left.length > 0; left = left.filter((row) => !outcomes.has(row))) {
    const sequences = await insert(db, left)
    for (const [index, row] of left.entries()) {
      const own = sequences[index]
      if (own !== undefined) outcomes.set(row, { sequence: own })
    }
    const ids = [...new Set(left.filter((row) => !outcomes.has(row)).map((row) => row.id))]
    if (ids.length === 0) break
    await freeIds(db, ids, time - REMEMBERED)
    const found = await db.select({ id, body }).from(busMessages).where(inArray(id, ids))
    const bodies = new Map(found.map((row) => [row.id, row.body]))
    // One that is not found was freed just now, or removed, and is there to take.
    for (const row of left) {
      const stored = bodies.get(row.id)
      if (stored !== undefined && !outcomes.has(row)) outcomes.set(row, { stored })
    }
  }
  return rows.flatMap((row) => outcomes.get(row) ?? [])
}
