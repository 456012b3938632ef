import { eq, sql } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Json, LoggedEvent } from '#widgets/define.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { REMEMBERED } from '../bus/bus.ts'
import type { Database } from '../db/database.ts'
import { isDatabaseAway } from '../db/database-away.ts'
import { PUBLISHER } from './event.ts'
import type { EventLog, UnloggedEvent } from './event-log.ts'

const TAKEN = 'Another event with this source and id was logged within 24 hours; that one stays.'

/** A control character, which JSON text has as an escape only: joined by it, no quote of the text need be escaped for an array. */
const SEPARATOR = '\u001f'

type Row = typeof events.$inferSelect

export function eventAppender(db: Database): EventLog['append'] {
  /** Rows inserted. Arrays, not a list of rows: the same statement whatever the number, at a third of the cost in this process. */
  async function insert(received: readonly LoggedEvent[]): Promise<number> {
    const column = (of: (event: LoggedEvent) => string | null) => sql`${sql.param(received.map(of))}::text[]`
    const inserted = db.$with('inserted', { one: sql<number>`one`.as('one') }).as(sql`
      insert into ${events} (source, id, type, topic, subject, time, received_at, data, bytes, token)
      select source, id, type, topic, subject, time::timestamptz, received_at::timestamptz, data::json,
        octet_length(data), token
      from unnest(
        ${column(({ source }) => source)}, ${column(({ id }) => id)}, ${column(({ type }) => type)},
        ${column(({ topic }) => topic)}, ${column(({ subject }) => subject ?? null)},
        ${column(({ time }) => new Date(time).toISOString())},
        ${column(({ receivedAt }) => new Date(receivedAt).toISOString())},
        string_to_array(${received.map(({ data }) => JSON.stringify(data)).join(SEPARATOR)}, ${SEPARATOR}), ${column(tokenOf)}
      ) as received (source, id, type, topic, subject, time, received_at, data, token)
      on conflict do nothing
      returning 1 as one`)
    const [counted] = await db.with(inserted).select({ rows: sql<number>`count(*)::int` }).from(inserted)
    return counted?.rows ?? 0
  }

  async function append(received: readonly LoggedEvent[]): Promise<readonly UnloggedEvent[]> {
    if (received.length === 0) return []
    try {
      const inserted = await insert(received)
      return inserted === received.length ? [] : await compare(received)
    } catch (error) {
      const reason = refusal(error)
      if (reason === undefined) throw error
      const [event] = received
      if (event && received.length === 1) return [{ event, reason }]
      const half = received.length >> 1
      return [...(await append(received.slice(0, half))), ...(await append(received.slice(half)))]
    }
  }

  /** What is to be done with events of which some were there before; those just inserted are found as they are. */
  async function compare(received: readonly LoggedEvent[]): Promise<readonly UnloggedEvent[]> {
    const logged = await find(received)
    const refused: UnloggedEvent[] = []
    for (const event of received) {
      const row = logged.get(nameOf(event))
      if (!row) {
        // Pruned meanwhile.
        refused.push(...(await append([event])))
        continue
      }
      const later = event.receivedAt - row.receivedAt.getTime()
      if (later <= -REMEMBERED || contentOf(event) === contentOf(row)) continue
      if (later < REMEMBERED) refused.push({ event, reason: TAKEN })
      else {
        const replaced = await replace(row, event)
        if (replaced) logged.set(nameOf(event), replaced)
        else refused.push(...(await append([event])))
      }
    }
    return refused
  }

  async function find(received: readonly LoggedEvent[]): Promise<Map<string, Row>> {
    const names = sql`(select * from unnest(
      ${sql.param(received.map(({ source }) => source))}::text[],
      ${sql.param(received.map(({ id }) => id))}::text[]))`
    const rows = await db.select().from(events).where(sql`(${events.source}, ${events.id}) in ${names}`)
    return new Map(rows.map((row) => [nameOf(row), row]))
  }

  /** The row as it is now, the newest of all; nothing if it was another by then. */
  async function replace(row: Row, event: LoggedEvent): Promise<Row | undefined> {
    const [replaced] = await db
      .update(events)
      .set({
        sequence: sql`default`,
        type: event.type,
        topic: event.topic,
        subject: event.subject ?? null,
        time: new Date(event.time),
        receivedAt: new Date(event.receivedAt),
        data: event.data,
        bytes: Buffer.byteLength(JSON.stringify(event.data)),
        token: tokenOf(event),
      })
      .where(eq(events.sequence, row.sequence))
      .returning()
    return replaced
  }

  return append
}

/** Of what came over the bus: what is logged as a widget sees it has no extensions. */
function tokenOf(
  event: LoggedEvent & { readonly extensions?: Readonly<Record<string, unknown>> },
): string | null {
  const token = event.extensions?.[PUBLISHER]
  return typeof token === 'string' ? token : null
}

const nameOf = ({ source, id }: Pick<LoggedEvent, 'source' | 'id'>): string => JSON.stringify([source, id])

/** What makes two events of one name differ. Not `time`: where the producer told none it is that of the arrival. */
function contentOf({ type, topic, subject, data }: LoggedEvent | Row): string {
  // A JSON column holds nothing else.
  return canonicalJson([type, topic, subject ?? null, data as Json])
}

/** Why the database refuses these rows for what they are: SQLSTATE classes of data, constraints and limits. */
function refusal(error: unknown): string | undefined {
  if (isDatabaseAway(error) || !(error instanceof Error)) return undefined
  const cause = error.cause instanceof Error ? error.cause : error
  const told = 'code' in cause && typeof cause.code === 'string' && /^(22|23|54)...$/.test(cause.code)
  return told ? cause.message : undefined
}
