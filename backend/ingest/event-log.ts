import { and, desc, eq, getTableColumns, lte, type SQL, sql } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Json, LoggedEvent, LoggedEvents } from '#widgets/define.ts'
import { believed } from '#widgets/kit/moment.ts'
import type { Database } from '../db/database.ts'
import { toldWhenAway } from '../db/database-away.ts'
import { eventAppender } from './event-appender.ts'
import { forgetTopics } from './forget-topics.ts'
import { logSize, SIZE } from './log-size.ts'
import { loggedTopics } from './logged-topics.ts'
import { newestOf } from './newest-of-topics.ts'
import { newestRows } from './newest-rows.ts'
import { parsePattern, patternCovers, type Tokens } from './topic.ts'

/** An event the log does not take, whatever is tried: the database cannot hold it, or another one has its id. */
export interface UnloggedEvent {
  readonly event: LoggedEvent
  readonly reason: string
}

/** Every event that was on the bus, for `context.events`. Rejects with `DatabaseAway` while the database cannot be reached. */
export interface EventLog {
  /**
   * One insert. An event that is there already, by `source`, `id` and content, is left as it is. Another one of that
   * `source` and `id` is refused if received within 24 h of the logged one; the later of them takes its place otherwise.
   */
  append(received: readonly LoggedEvent[]): Promise<readonly UnloggedEvent[]>
  /**
   * Newest first by arrival, at most `limit`, none received before `since` (milliseconds since 1970), and with `before`
   * only what arrived before that event: none when it is no more. Of those, as many as fit into 16 MiB of data, and
   * whether there may be more.
   * @throws RangeError when a pattern is none.
   */
  read(query: {
    readonly patterns: readonly string[]
    readonly limit: number
    readonly since?: number | undefined
    readonly before?: Pick<LoggedEvent, 'source' | 'id'> | undefined
  }): Promise<LoggedEvents>
  /** Removes what is older than `days`, beyond the newest `rows` or the newest `bytes` of data, and tells of it piece by piece. */
  prune(keep: {
    readonly days?: number
    readonly rows?: number
    readonly bytes?: number
  }): AsyncIterable<Pruned>
}

export interface Pruned {
  /** Events removed. */
  readonly rows: number
  /** Of the events removed, each once. */
  readonly topics: ReadonlySet<string>
}

/** Bytes of data of one reading, and one event more. */
const READ_BYTES = 16 * 1024 * 1024

/** Rows of one delete, so that none holds its locks for long. */
const PRUNED_AT_ONCE = 5_000

export function eventLog(db: Database): EventLog {
  const known = loggedTopics(db)
  const size = logSize(db)
  const append = eventAppender(db)

  /** Sequences of the newest events that the patterns match, of those with a sequence below the given one. */
  async function newest(
    asked: readonly Tokens[],
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

  /** The newest sequence that is too old to be among the newest `bytes` of data. */
  async function beyondBytes(bytes: number): Promise<number | undefined> {
    // Costs nothing, where adding up takes a look at every row.
    const [table] = await db
      .select({ size: sql<string>`pg_table_size('events')::text` })
      .from(sql`(select 1) as one`)
    if (Number(table?.size) <= bytes) return undefined
    return size.beyond(bytes)
  }

  async function* remove(condition: SQL): AsyncGenerator<Pruned> {
    for (;;) {
      const some = db
        .select({ sequence: events.sequence })
        .from(events)
        .where(condition)
        .limit(PRUNED_AT_ONCE)
      const gone = await db
        .delete(events)
        .where(sql`${events.sequence} in ${some}`)
        .returning({ topic: events.topic })
      if (gone.length > 0) yield { rows: gone.length, topics: new Set(gone.map(({ topic }) => topic)) }
      if (gone.length < PRUNED_AT_ONCE) return
    }
  }

  return {
    append: (received) => toldWhenAway(() => append(received)),

    read: ({ patterns, limit, since, before }) =>
      toldWhenAway(async () => {
        const asked = widest(patterns)
        if (asked.length === 0) return { events: [], more: false }
        const below = before ? await sequenceOf(before) : Number.MAX_SAFE_INTEGER
        const sequences = below === undefined ? [] : await newest(asked, { limit, since, below })
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
        const read = rows.map(({ id, source, type, topic, subject, time, receivedAt, data }) => ({
          id,
          source,
          type,
          topic,
          ...(subject === null ? {} : { subject }),
          ...timesOf(time.getTime(), receivedAt.getTime()),
          // A JSON column holds nothing else.
          data: data as Json,
        }))
        return { events: read, more: sequences.length === limit || rows.length < sequences.length }
      }),

    async *prune({ days, rows, bytes }) {
      if (days !== undefined) {
        const oldest = new Date(Date.now() - days * 86_400_000).toISOString()
        yield* remove(sql`${events.receivedAt} < ${oldest}`)
      }
      const [beyond] =
        rows === undefined
          ? []
          : await db
              .select({ sequence: events.sequence })
              .from(events)
              .orderBy(desc(events.sequence))
              .offset(rows)
              .limit(1)
      if (beyond) yield* remove(lte(events.sequence, beyond.sequence))
      const full = bytes === undefined ? undefined : await beyondBytes(bytes)
      if (full !== undefined) yield* remove(lte(events.sequence, full))
      await forgetTopics(db)
    },
  }
}

/** What was said is kept as it was, so that an event sent again is the same; readers are told what can be true. */
function timesOf(said: number, receivedAt: number): Pick<LoggedEvent, 'time' | 'saidTime' | 'receivedAt'> {
  const time = believed(said, receivedAt)
  return { time, receivedAt, ...(time === said ? {} : { saidTime: said }) }
}

const isWild = (pattern: Tokens): boolean => pattern.some((token) => token === '*' || token === '>')

/** The patterns that no other of them covers. */
function widest(patterns: readonly string[]): Tokens[] {
  const kept: Tokens[] = []
  for (const text of patterns) {
    const pattern = parsePattern(text)
    if (typeof pattern === 'string')
      throw new RangeError(`${JSON.stringify(text)} is no topic pattern: it ${pattern}.`)
    if (kept.some((other) => patternCovers(other, pattern))) continue
    kept.splice(0, kept.length, ...kept.filter((other) => !patternCovers(pattern, other)), pattern)
  }
  return kept
}
