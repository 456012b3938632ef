import { sql } from 'drizzle-orm'
import { topics } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import type { Segments } from './topic.ts'
import { type LoggedTopic, topicTrie } from './topic-trie.ts'

/** Milliseconds after which all topics are read again, so that those that are gone leave memory. */
const WHOLE_EVERY = 3_600_000

/** The topics of the event log, held in memory and brought up to date at every question. */
export interface LoggedTopics {
  /** What any of the patterns matches: the topic of every event there is at the call, and maybe some that have none left. */
  matching(patterns: readonly Segments[]): Promise<readonly LoggedTopic[]>
}

export function loggedTopics(db: Database, now: () => number = () => performance.now()): LoggedTopics {
  let trie = topicTrie()
  /** The oldest transaction that had not ended at the last look: what is not read yet was written by it or a later one. */
  let horizon = '0'
  let wholeAt = -Infinity

  return {
    async matching(patterns) {
      for (;;) {
        const before = trie
        const whole = now() - wholeAt > WHOLE_EVERY
        const rows = await db
          .select({
            topic: topics.topic,
            reach: topics.reach,
            horizon: sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text`,
          })
          .from(topics)
          // What is seen here was written before the snapshot, or else by another server, from which it was put back.
          .where(
            whole
              ? undefined
              : sql`${topics.written} >= ${horizon}::xid8 and ${topics.written} < pg_snapshot_xmax(pg_current_snapshot())`,
          )
        // Made anew meanwhile, maybe by a question asked before this one.
        if (trie !== before) continue
        const [first] = rows
        if (whole) {
          trie = topicTrie()
          wholeAt = now()
          horizon = first?.horizon ?? '0'
        } else if (first && BigInt(first.horizon) > BigInt(horizon)) horizon = first.horizon
        for (const { topic, reach } of rows) trie.put({ topic, reach })
        return trie.match(patterns)
      }
    },
  }
}
