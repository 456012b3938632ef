import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm'
import { busMessages } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { type Message, REMEMBERED } from './bus.ts'
import { messageId } from './message-id.ts'

/** Where a message of the embedded bus lies, without its body. Times are milliseconds since 1970. */
export interface MessageMetadata {
  readonly sequence: number
  readonly topic: string
  readonly time: number
  /** Of its body. */
  readonly bytes: number
  /** Starts of the bus that found it unacknowledged. */
  readonly deliveries: number
}

/** What the embedded bus needs of a database. */
export interface BusStore {
  /** Durable once it resolves: the sequence of each message in order; for an id that is there already, the body it has. */
  append(
    messages: readonly Message[],
    time: number,
  ): Promise<readonly ({ readonly sequence: number } | { readonly stored: string })[]>
  acknowledge(sequences: readonly number[], time: number): Promise<void>
  putAside(sequence: number, reason: string, time: number): Promise<void>
  /** Every unacknowledged message, ascending, counting this as one more delivery of each. */
  recover(): Promise<readonly MessageMetadata[]>
  bodies(sequences: readonly number[]): Promise<ReadonlyMap<number, string>>
  /** Ascending messages after sequence `after`, stored from `since` until `until` (both included), at most `limit`. */
  page(range: {
    since: number
    until: number
    after: number
    limit: number
  }): Promise<readonly (MessageMetadata & { readonly body: string })[]>
  /** Messages put aside, newest first, at most `limit`, of those with a sequence below the given one. */
  dead(
    below: number,
    limit: number,
  ): Promise<readonly (MessageMetadata & { readonly body: string; readonly reason: string })[]>
  /** Forgets a message that was put aside. Says whether there was one. */
  forget(sequence: number): Promise<boolean>
  /** Forgets what was acknowledged, or put aside, and stored before these times. */
  prune(before: { acknowledged: number; putAside: number }): Promise<void>
}

export function busStore(db: Database): BusStore {
  const { sequence, id, topic, body, storedAt, ackedAt, deadReason, deliveries } = busMessages
  const bytes = sql<number>`octet_length(${body})`
  const place = (row: {
    sequence: number
    topic: string
    storedAt: Date
    deliveries: number
    bytes: number
  }): MessageMetadata => ({
    sequence: row.sequence,
    topic: row.topic,
    time: row.storedAt.getTime(),
    deliveries: row.deliveries,
    bytes: row.bytes,
  })
  type Row = Pick<typeof busMessages.$inferSelect, 'id' | 'topic' | 'body' | 'storedAt'>

  /** The sequence of each, nothing for those whose id is there already. */
  async function insert(rows: readonly Row[]): Promise<(number | undefined)[]> {
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

  /** Takes their ids from rows that have had them for as long as they may. */
  async function release(ids: readonly string[], before: number): Promise<void> {
    await db
      .update(busMessages)
      .set({ id: sql`${id} || ':' || ${sequence}` })
      .where(and(inArray(id, [...ids]), lte(storedAt, new Date(before))))
  }

  async function append(rows: readonly Row[], time: number) {
    const answers = new Map<Row, { sequence: number } | { stored: string }>()
    for (let left = rows; left.length > 0; left = left.filter((row) => !answers.has(row))) {
      const sequences = await insert(left)
      for (const [index, row] of left.entries()) {
        const own = sequences[index]
        if (own !== undefined) answers.set(row, { sequence: own })
      }
      const ids = [...new Set(left.filter((row) => !answers.has(row)).map((row) => row.id))]
      if (ids.length === 0) break
      await release(ids, time - REMEMBERED)
      const found = await db.select({ id, body }).from(busMessages).where(inArray(id, ids))
      const bodies = new Map(found.map((row) => [row.id, row.body]))
      // One that is not found was released just now, or removed, and is there to take.
      for (const row of left) {
        const stored = bodies.get(row.id)
        if (stored !== undefined && !answers.has(row)) answers.set(row, { stored })
      }
    }
    return rows.flatMap((row) => answers.get(row) ?? [])
  }

  return {
    append: (messages, time) =>
      append(
        messages.map(({ id, topic, body }) => ({
          id: messageId(id),
          topic,
          body,
          storedAt: new Date(time),
        })),
        time,
      ),
    async acknowledge(sequences, time) {
      await db
        .update(busMessages)
        .set({ ackedAt: new Date(time) })
        .where(inArray(sequence, [...sequences]))
    },
    async putAside(one, reason, time) {
      const aside = { ackedAt: new Date(time), deadReason: reason }
      await db
        .update(busMessages)
        .set(aside)
        .where(inArray(sequence, [one]))
    },
    async recover() {
      const found = await db
        .update(busMessages)
        .set({ deliveries: sql`${deliveries} + 1` })
        .where(isNull(ackedAt))
        .returning({ sequence, topic, storedAt, deliveries, bytes })
      return found.map(place).sort((a, b) => a.sequence - b.sequence)
    },
    async bodies(sequences) {
      const rows = await db
        .select({ sequence, body })
        .from(busMessages)
        .where(inArray(sequence, [...sequences]))
      return new Map(rows.map((row) => [row.sequence, row.body]))
    },
    async page({ since, until, after, limit }) {
      const rows = await db
        .select()
        .from(busMessages)
        .where(and(gt(sequence, after), gte(storedAt, new Date(since)), lte(storedAt, new Date(until))))
        .orderBy(asc(sequence))
        .limit(limit)
      return rows.map((row) => ({
        ...place({ ...row, bytes: Buffer.byteLength(row.body) }),
        body: row.body,
      }))
    },
    async dead(below, limit) {
      const rows = await db
        .select()
        .from(busMessages)
        .where(and(isNotNull(deadReason), lt(sequence, below)))
        .orderBy(desc(sequence))
        .limit(limit)
      return rows.map((row) => ({
        ...place({ ...row, bytes: Buffer.byteLength(row.body) }),
        ...{ body: row.body, reason: row.deadReason ?? '' },
      }))
    },
    async forget(one) {
      const gone = await db
        .delete(busMessages)
        .where(and(eq(sequence, one), isNotNull(deadReason)))
        .returning({ sequence })
      return gone.length > 0
    },
    async prune(before) {
      const acknowledged = and(
        isNotNull(ackedAt),
        isNull(deadReason),
        lt(storedAt, new Date(before.acknowledged)),
      )
      const putAside = and(isNotNull(deadReason), lt(storedAt, new Date(before.putAside)))
      await db.delete(busMessages).where(or(acknowledged, putAside))
    },
  }
}
