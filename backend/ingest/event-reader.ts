import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Json, LoggedEvent } from '#widgets/define.ts'
import { believed } from '#widgets/kit/moment.ts'
import type { Database } from '../db/database.ts'
import type { EventLog } from './event-log.ts'
import { SIZE } from './log-size.ts'
import { loggedTopics } from './logged-topics.ts'
import { newestOf } from './newest-of-topics.ts'
import { newestRows } from './newest-rows.ts'
import { parsePattern, patternCovers, type Segments } from './topic.ts'

/** Bytes of data of one reading, and one event more. */
const READ_BYTES = 16 * 1024 * 1024

export function eventReader(db: Database): EventLog['read'] {
  const known = loggedTopics(db)

  /** Sequences of the newest events that the patterns match, of those with a sequence below the given one. */
  async function newest(
    asked: readonly Segments[],
    { limit, since, below }: { limit: number; since?: number | undefined; below: number },
  ): Promise<readonly number[]> {
    const condition =
      since === undefined ? sql`true` : sql`${events.receivedAt} >= ${new Date(since).toISOString()}`
    if (!asked.some(isWild)) {
      const topics = asked.map((tokens) => ({ topic: tokens.join('.'), reach: below }))
      return newestOf(db, topics, { limit, condition, begun: { found: [], below } })
    }
    const begun = await newestRows(db, asked, { limit, since, below })
    if (begun.found.length === limit || begun.below === 0) return begun.found
    return newestOf(db, await known.matching(asked), { limit, condition, begun })
  }

  async function sequenceOf({ source, id }: Pick<LoggedEvent, 'source' | 'id'>): Promise<number | undefined> {
    const [row] = await db
      .select({ sequence: events.sequence })
      .from(events)
      .where(and(eq(events.source, source), eq(events.id, id)))
    return row?.sequence
  }

  /** Of these events those that fit into one reading, the newest first. */
  async function eventsAt(sequences: readonly number[]): Promise<readonly LoggedEvent[]> {
    const newer = db
      .select({
        ...getTableColumns(events),
        newer: sql<number>`sum(${SIZE}) over (order by ${events.sequence} desc) - ${SIZE}`.as('newer'),
      })
      .from(events)
      .where(sql`${events.sequence} = any(${sql.param(sequences)}::bigint[])`)
      .as('newer')
    const rows = await db
      .select()
      .from(newer)
      .where(sql`${newer.newer} < ${READ_BYTES}`)
      .orderBy(desc(newer.sequence))
    return rows.map(({ id, source, type, topic, subject, time, receivedAt, data }) => ({
      id,
      source,
      type,
      topic,
      ...(subject === null ? {} : { subject }),
      ...timesOf(time.getTime(), receivedAt.getTime()),
      // A JSON column holds nothing else.
      data: data as Json,
    }))
  }

  return async ({ patterns, limit, since, before }) => {
    const asked = widest(patterns)
    if (asked.length === 0) return { events: [], more: false }
    const below = before ? await sequenceOf(before) : Number.MAX_SAFE_INTEGER
    const sequences = below === undefined ? [] : await newest(asked, { limit, since, below })
    const read = await eventsAt(sequences)
    return { events: read, more: sequences.length === limit || read.length < sequences.length }
  }
}

/** What was said is kept as it was, so that an event sent again is the same; readers are told what can be true. */
function timesOf(said: number, receivedAt: number): Pick<LoggedEvent, 'time' | 'saidTime' | 'receivedAt'> {
  const time = believed(said, receivedAt)
  return { time, receivedAt, ...(time === said ? {} : { saidTime: said }) }
}

const isWild = (pattern: Segments): boolean => pattern.some((token) => token === '*' || token === '>')

/** The patterns that no other of them covers. */
function widest(patterns: readonly string[]): Segments[] {
  const kept: Segments[] = []
  for (const text of patterns) {
    const pattern = parsePattern(text)
    if (typeof pattern === 'string')
      throw new RangeError(`${JSON.stringify(text)} is no topic pattern: it ${pattern}.`)
    if (kept.some((other) => patternCovers(other, pattern))) continue
    kept.splice(0, kept.length, ...kept.filter((other) => !patternCovers(pattern, other)), pattern)
  }
  return kept
}
