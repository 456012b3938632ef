import { and, asc, inArray, lt, notExists, sql } from 'drizzle-orm'
import { events, topics } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'

/** Topics removed while those who log wait. */
const AT_ONCE = 1_000

/** Removes the topics that no event has any more, of those older than every event. */
export async function forgetTopics(db: Database): Promise<void> {
  const [oldest] = await db
    .select({ sequence: events.sequence })
    .from(events)
    .orderBy(asc(events.sequence))
    .limit(1)
  const unused = notExists(
    db.select({ one: sql`1` }).from(events).where(sql`${events.topic} = ${topics.topic}`),
  )
  const gone = await db
    .select({ topic: topics.topic })
    .from(topics)
    .where(oldest ? and(lt(topics.reach, oldest.sequence), unused) : unused)
  for (let from = 0; from < gone.length; from += AT_ONCE) {
    const some = gone.slice(from, from + AT_ONCE).map(({ topic }) => topic)
    await db.transaction(async (tx) => {
      // Whoever logs an event of such a topic either has done so, and is seen below, or waits and writes it anew.
      await tx.execute(sql`lock table ${topics} in exclusive mode`)
      await tx.delete(topics).where(and(inArray(topics.topic, some), unused))
    })
  }
}
