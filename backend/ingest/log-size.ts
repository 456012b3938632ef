import { and, asc, desc, gte, lt, type SQL, sql } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'

/** Bytes of data of an event; those of rows older than the column are counted when asked for. */
export const SIZE = sql`coalesce(${events.bytes}, octet_length(${events.data}::text), 0)`

/** Sequences whose bytes are remembered as one sum. */
const SPAN = 10_000

/**
 * Finds what is beyond the newest bytes of the log. Each event is added up once or twice, when it is new: to add all up
 * at every question would read the whole log. An event that has taken the place of another counts for both until the
 * older span is gone.
 */
export function logSize(db: Database): { beyond(bytes: number): Promise<number | undefined> } {
  /** By the number of the span. */
  const sums = new Map<number, number>()

  /** Those who log do not end in the order of their sequences: the newest span but one is added up again. */
  async function addUp(): Promise<void> {
    const from = Math.max(0, ...sums.keys()) - 1
    const span = sql<number>`(${events.sequence} / ${sql.raw(String(SPAN))})::int`
    const rows = await db
      .select({ span, bytes: sql<number>`sum(${SIZE})::float8` })
      .from(events)
      .where(gte(events.sequence, from * SPAN))
      .groupBy(span)
    for (const { span, bytes } of rows) sums.set(span, bytes)
    const [oldest] = await db
      .select({ sequence: events.sequence })
      .from(events)
      .orderBy(asc(events.sequence))
      .limit(1)
    for (const span of sums.keys())
      if (!oldest || span < Math.floor(oldest.sequence / SPAN)) sums.delete(span)
  }

  /** The newest sequence of a span that is beyond its newest `bytes`. */
  async function within(span: number, bytes: number): Promise<number | undefined> {
    const there: SQL | undefined = and(
      gte(events.sequence, span * SPAN),
      lt(events.sequence, (span + 1) * SPAN),
    )
    const summed = db
      .select({
        sequence: events.sequence,
        total: sql<number>`sum(${SIZE}) over (order by ${events.sequence} desc)`.as('total'),
      })
      .from(events)
      .where(there)
      .as('summed')
    const [row] = await db
      .select({ sequence: summed.sequence })
      .from(summed)
      .where(sql`${summed.total} > ${bytes}`)
      .orderBy(desc(summed.sequence))
      .limit(1)
    return row?.sequence
  }

  return {
    async beyond(bytes) {
      await addUp()
      let newer = 0
      for (const [span, sum] of [...sums].sort(([a], [b]) => b - a)) {
        const found = newer + sum > bytes ? await within(span, bytes - newer) : undefined
        if (found !== undefined) return found
        newer += sum
      }
      return undefined
    },
  }
}
