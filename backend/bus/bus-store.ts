import { and, asc, gt, gte, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm'
import { busMessages } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import type { Message } from './bus.ts'
import { messageId } from './message-id.ts'

/** Where a message of the embedded bus lies, without its body. Times are milliseconds since 1970. */
export interface Place {
  readonly sequence: number
  readonly topic: string
  readonly time: number
  /** Starts of the bus that found it unacknowledged. */
  readonly deliveries: number
}

/** What the embedded bus needs of a database. */
export interface BusStore {
  /** Durable once it resolves: the sequence of each message in order, nothing for an id that is there already. */
  append(messages: readonly Message[], time: number): Promise<readonly (number | undefined)[]>
  acknowledge(sequences: readonly number[], time: number): Promise<void>
  putAside(sequence: number, reason: string, time: number): Promise<void>
  /** Every unacknowledged message, ascending, counting this as one more delivery of each. */
  recover(): Promise<readonly Place[]>
  bodies(sequences: readonly number[]): Promise<ReadonlyMap<number, string>>
  /** Ascending messages after sequence `after`, stored from `since` until `until` (both included), at most `limit`. */
  page(range: {
    since: number
    until: number
    after: number
    limit: number
  }): Promise<readonly (Place & { readonly body: string })[]>
  /** Forgets what was acknowledged, or put aside, and stored before these times. */
  prune(before: { acknowledged: number; putAside: number }): Promise<void>
}

export function busStore(db: Database): BusStore {
  const { sequence, id, topic, body, storedAt, ackedAt, deadReason, deliveries } = busMessages
  const place = (row: { sequence: number; topic: string; storedAt: Date; deliveries: number }): Place => ({
    sequence: row.sequence,
    topic: row.topic,
    time: row.storedAt.getTime(),
    deliveries: row.deliveries,
  })
  return {
    async append(messages, time) {
      const rows = messages.map((message) => ({
        id: messageId(message.id),
        topic: message.topic,
        body: message.body,
        storedAt: new Date(time),
      }))
      const stored = await db
        .insert(busMessages)
        .values(rows)
        .onConflictDoNothing()
        .returning({ id, sequence })
      const sequences = new Map(stored.map((row) => [row.id, row.sequence]))
      return rows.map((row) => {
        const own = sequences.get(row.id)
        // The second of one id in one insert is a duplicate too.
        sequences.delete(row.id)
        return own
      })
    },
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
        .returning({ sequence, topic, storedAt, deliveries })
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
      return rows.map((row) => ({ ...place(row), body: row.body }))
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
