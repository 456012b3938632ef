import { desc, lte, type SQL, sql } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Json, LoggedEvent } from '#widgets/define.ts'
import { believed } from '#widgets/moment.ts'
import type { Database } from '../db/database.ts'
import { eventAppender } from './event-appender.ts'
import { parsePattern, patternCovers, type Tokens } from './topic.ts'

/** An event the log does not take, whatever is tried: the database cannot hold it, or another one has its id. */
export interface UnloggedEvent {
  readonly event: LoggedEvent
  readonly reason: string
}

/** Every event that was on the bus, for `context.events`. Rejects while the database cannot be reached. */
export interface EventLog {
  /**
   * One insert. An event that is there already, by `source`, `id` and content, is left as it is. Another one of that
   * `source` and `id` is refused if received within 24 h of the logged one; the later of them takes its place otherwise.
   */
  append(received: readonly LoggedEvent[]): Promise<readonly UnloggedEvent[]>
  /**
   * Newest first by arrival, at most `limit`, none received before `since` (milliseconds since 1970), and with `before`
   * only what arrived before that event: none when it is no more.
   * @throws RangeError when a pattern is none.
   */
  read(query: {
    readonly patterns: readonly string[]
    readonly limit: number
    readonly since?: number | undefined
    readonly before?: Pick<LoggedEvent, 'source' | 'id'> | undefined
  }): Promise<readonly LoggedEvent[]>
  /** Removes what is older than `days` or beyond the newest `rows`, and tells of it piece by piece. */
  prune(keep?: { readonly days?: number; readonly rows?: number }): AsyncIterable<Pruned>
}

export interface Pruned {
  /** Events removed. */
  readonly rows: number
  /** Of the events removed, each once. */
  readonly topics: ReadonlySet<string>
}

/** Rows of one delete, so that none holds its locks for long. */
const PRUNED_AT_ONCE = 5_000

export function eventLog(db: Database): EventLog {
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
    append: eventAppender(db),

    async read({ patterns, limit, since, before }) {
      const asked = widest(patterns)
      if (asked.length === 0) return []
      const from = within(since, before)
      const newest = asked.map(
        (pattern) => sql`(select sequence from ${events} where ${matching(pattern)} and ${from}
          order by sequence desc limit ${limit})`,
      )
      const rows = await db
        .select()
        .from(events)
        .where(sql`${events.sequence} in (${sql.join(newest, sql` union `)})`)
        .orderBy(desc(events.sequence))
        .limit(limit)
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
    },

    async *prune({ days = 30, rows = 1_000_000 } = {}) {
      const oldest = new Date(Date.now() - days * 86_400_000).toISOString()
      yield* remove(sql`${events.receivedAt} < ${oldest}`)
      const [beyond] = await db
        .select({ sequence: events.sequence })
        .from(events)
        .orderBy(desc(events.sequence))
        .offset(rows)
        .limit(1)
      if (beyond) yield* remove(lte(events.sequence, beyond.sequence))
    },
  }
}

/** Which events a reading is of, whatever their topics. */
function within(since: number | undefined, before: Pick<LoggedEvent, 'source' | 'id'> | undefined): SQL {
  const conditions: SQL[] = [sql`true`]
  if (since !== undefined) conditions.push(sql`${events.receivedAt} >= ${new Date(since).toISOString()}`)
  if (before) {
    const { source, id } = before
    conditions.push(
      sql`${events.sequence} < (select e.sequence from ${events} e where e.source = ${source} and e.id = ${id})`,
    )
  }
  return sql.join(conditions, sql` and `)
}

/** What was said is kept as it was, so that an event sent again is the same; readers are told what can be true. */
function timesOf(said: number, receivedAt: number): Pick<LoggedEvent, 'time' | 'saidTime' | 'receivedAt'> {
  const time = believed(said, receivedAt)
  return { time, receivedAt, ...(time === said ? {} : { saidTime: said }) }
}

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

/** A range of the index up to the first wildcard, the rest token by token. */
function matching(pattern: Tokens): SQL {
  const wild = pattern.findIndex((token) => token === '*' || token === '>')
  if (wild === -1) return sql`topic = ${pattern.join('.')}`
  const conditions: SQL[] = [sql`${nth(pattern.length)} <> ''`]
  if (wild > 0) {
    const prefix = pattern.slice(0, wild).join('.')
    // The slash follows the dot; these operators compare bytes, as the index does.
    conditions.push(sql`topic ~>=~ ${`${prefix}.`} and topic ~<~ ${`${prefix}/`}`)
  }
  for (const [index, token] of pattern.entries()) {
    if (index > wild && token !== '*' && token !== '>') conditions.push(sql`${nth(index + 1)} = ${token}`)
  }
  if (pattern.at(-1) !== '>') conditions.push(sql`${nth(pattern.length + 1)} = ''`)
  return sql.join(conditions, sql` and `)
}

function nth(place: number): SQL {
  return sql`split_part(topic, '.', ${sql.raw(String(place))})`
}
