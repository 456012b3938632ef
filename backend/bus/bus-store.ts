import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm'
import { busMessages } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { type Appended, appendMessages } from './append-messages.ts'
import type { Message } from './bus.ts'

/** A message of the embedded bus without its body. Times are milliseconds since 1970. */
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
  append(messages: readonly Message[], time: number): Promise<readonly Appended[]>
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

const { sequence, topic, body, storedAt, ackedAt, deadReason, deliveries } = busMessages
const bytes = sql<number>`octet_length(${body})`

export function busStore(db: Database): BusStore {
  return {
    append: (messages, time) => appendMessages(db, messages, time),
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
    ...storedMessages(db),
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

function storedMessages(db: Database): Pick<BusStore, 'recover' | 'bodies' | 'page' | 'dead'> {
  return {
    async recover() {
      const found = await db
        .update(busMessages)
        .set({ deliveries: sql`${deliveries} + 1` })
        .where(isNull(ackedAt))
        .returning({ sequence, topic, storedAt, deliveries, bytes })
      return found.map(metadata).sort((a, b) => a.sequence - b.sequence)
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
      return rows.map(withBody)
    },
    async dead(below, limit) {
      const rows = await db
        .select()
        .from(busMessages)
        .where(and(isNotNull(deadReason), lt(sequence, below)))
        .orderBy(desc(sequence))
        .limit(limit)
      return rows.map((row) => ({ ...withBody(row), reason: row.deadReason ?? '' }))
    },
  }
}

function metadata(row: {
  sequence: number
  topic: string
  storedAt: Date
  deliveries: number
  bytes: number
}): MessageMetadata {
  const { sequence, topic, storedAt, deliveries, bytes } = row
  return { sequence, topic, time: storedAt.getTime(), deliveries, bytes }
}

const withBody = (row: typeof busMessages.$inferSelect) => ({
  ...metadata({ ...row, bytes: Buffer.byteLength(row.body) }),
  body: row.body,
})
