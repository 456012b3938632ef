import { desc, lt } from 'drizzle-orm'
import { events } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { matchesTopic, type Segments } from './topic.ts'

/** Rows looked at for each event that is wanted, at first. */
const FOR_EACH = 4
const LEAST = 256
/** Rows looked at in all: beyond them it costs less to ask by topic. */
const MOST = 6_000

/** What the newest rows of the log hold of some patterns. */
export interface Newest {
  /** Sequences, newest first, at most `limit`. */
  readonly found: readonly number[]
  /** All of them from this sequence on were looked at; 0 when that is the whole log. */
  readonly below: number
}

/** Looks through the newest rows for as long as they are likely to hold `limit` events of the patterns. */
export async function newestRows(
  db: Database,
  patterns: readonly Segments[],
  options: {
    readonly limit: number
    readonly since?: number | undefined
    /** Only rows with a sequence below this one. */
    readonly below: number
  },
): Promise<Newest> {
  const { limit, since } = options
  const matched = new Map<string, boolean>()
  const matches = (topic: string): boolean => {
    const known = matched.get(topic)
    if (known !== undefined) return known
    const tokens = topic.split('.')
    const fits = patterns.some((pattern) => matchesTopic(pattern, tokens))
    matched.set(topic, fits)
    return fits
  }
  const found: number[] = []
  let { below } = options
  let looked = 0
  const all = patterns.some(([first]) => first === '>')
  for (let more = all ? limit : Math.max(LEAST, FOR_EACH * limit); looked + more <= MOST; ) {
    const rows = await db
      .select({ sequence: events.sequence, topic: events.topic, receivedAt: events.receivedAt })
      .from(events)
      .where(lt(events.sequence, below))
      .orderBy(desc(events.sequence))
      .limit(more)
    for (const { sequence, topic, receivedAt } of rows) {
      if (matches(topic) && receivedAt.getTime() >= (since ?? -Infinity)) found.push(sequence)
    }
    if (rows.length < more) return { found: found.slice(0, limit), below: 0 }
    below = rows.at(-1)?.sequence ?? 0
    looked += more
    if (found.length >= limit) break
    more = Math.ceil((looked / found.length) * (limit - found.length) * 1.5)
  }
  return { found: found.slice(0, limit), below }
}
