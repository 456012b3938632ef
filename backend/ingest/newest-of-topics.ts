import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import type { LoggedTopic } from './topic-trie.ts'

/** Topics asked for at once; at first as many as there are events wanted, for each may have one of them. */
const AT_ONCE = 1_000
const FIRST = 64
/** Events asked for beyond what an even spread would need, as a factor. */
const SPARE = 2

interface Asked {
  readonly topic: string
  /** Events of it with this sequence and above are found. */
  below: number
}

/**
 * Sequences of the newest `limit` events of the topics, newest first. A merge: a few of each topic at first, those of
 * the greatest reach before the others, and more only of topics that may still hold one of the newest.
 */
export async function newestOf(
  db: Database,
  topics: readonly LoggedTopic[],
  options: {
    readonly limit: number
    /** Of those events that this holds for. */
    readonly condition: SQL
    /** What is known: the sequences of all their events from `below` on, fewer than `limit`. */
    readonly begun: { readonly found: readonly number[]; readonly below: number }
  },
): Promise<readonly number[]> {
  const { limit, condition, begun } = options
  const next = byReach(topics, AT_ONCE)
  /** Of the topics begun, those with more events than were asked for. */
  let open: Asked[] = []
  let found = [...begun.found]
  let floor = 0
  for (let most = Math.max(FIRST, limit); ; most = AT_ONCE) {
    const hopeful = open.filter(({ below }) => below - 1 > floor)
    const asked = hopeful.slice(0, most)
    while (asked.length < most) {
      const topic = next(floor)
      if (!topic) break
      asked.push({ topic: topic.topic, below: Math.min(topic.reach + 1, begun.below) })
    }
    if (asked.length === 0) return found
    const each = Math.min(limit, Math.ceil((SPARE * limit) / asked.length) + 1)
    const rows = await ask(db, asked, { floor, each, condition })
    const counts = new Map<Asked, number>()
    for (const { place, sequence } of rows) {
      const topic = asked[place - 1]
      if (!topic) continue
      topic.below = Math.min(topic.below, sequence)
      counts.set(topic, (counts.get(topic) ?? 0) + 1)
      found.push(sequence)
    }
    found = found.sort((a, b) => b - a).slice(0, limit)
    floor = found.length < limit ? 0 : (found.at(-1) ?? 0)
    open = [...hopeful.slice(most), ...asked.filter((topic) => counts.get(topic) === each)]
  }
}

/** The topics from the greatest reach on, as long as that is above a floor. */
function byReach(topics: readonly LoggedTopic[], first: number): (floor: number) => LoggedTopic | undefined {
  // Of fifty thousand no more than these are looked at, as a rule, and all need not be sorted for them.
  const reaches = Float64Array.from(topics, ({ reach }) => reach).sort()
  const least = reaches[Math.max(0, reaches.length - first)] ?? 0
  const descending = (from: LoggedTopic[]) => from.sort((a, b) => b.reach - a.reach)
  let sorted = descending(topics.filter(({ reach }) => reach >= least))
  let place = 0
  return (floor) => {
    if (place === sorted.length && place < topics.length) {
      sorted = [...sorted, ...descending(topics.filter(({ reach }) => reach < least))]
    }
    const topic = sorted[place]
    if (!topic || topic.reach <= floor) return undefined
    place += 1
    return topic
  }
}

async function ask(
  db: Database,
  asked: readonly Asked[],
  { floor, each, condition }: { readonly floor: number; readonly each: number; readonly condition: SQL },
): Promise<readonly { place: number; sequence: number }[]> {
  const found = sql`(
    select sequence from events
    where events.topic = asked.topic and events.sequence < asked.below and events.sequence > ${floor} and ${condition}
    order by events.sequence desc limit ${each})`
  const rows = await db
    .select({ place: sql<number>`place::int`, sequence: sql<string>`sequence::text` })
    .from(
      sql`unnest(
        ${sql.param(asked.map(({ topic }) => topic))}::text[],
        ${sql.param(asked.map(({ below }) => below))}::bigint[]
      ) with ordinality as asked (topic, below, place) cross join lateral ${found} as found`,
    )
  return rows.map(({ place, sequence }) => ({ place, sequence: Number(sequence) }))
}
