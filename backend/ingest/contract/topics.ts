import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { topics } from '#drizzle/schema.ts'
import { loggedTopics } from '../logged-topics.ts'
import { type EventLogUnderTest, event, ids } from './event-log-under-test.ts'

/** The topics that a reading by patterns goes by. */
export function describeTopics(given: EventLogUnderTest): void {
  test('topics of a database that was put back are read once, though no transaction here is as late', async () => {
    await given.log.append([event('old', { topic: 'back.old' })])
    await given.database.db.execute(sql`update topics set written = '9223372036854775807'`)
    const known = loggedTopics(given.database.db)
    const all = async () => (await known.matching([['>']])).map(({ topic, reach }) => [topic, reach > 0])
    expect(await all()).toEqual([['back.old', true]])
    await given.database.db.execute(sql`update topics set reach = 0`)
    await given.log.append([event('new', { topic: 'back.new' })])
    expect(await all()).toEqual([
      ['back.old', true],
      ['back.new', true],
    ])
    // Written by a transaction of here from now on.
    await given.log.append([event('again', { topic: 'back.old' })])
    await given.database.db.execute(sql`update topics set reach = 0`)
    expect(await all()).toContainEqual(['back.old', false])
  })

  test('topics that no event has any more are forgotten, the others are not', async () => {
    const day = 86_400_000
    const old = { receivedAt: Date.now() - 40 * day }
    await given.log.append([event('1', { topic: 'gone.a', ...old }), event('2', { topic: 'back', ...old })])
    // Reach is raised in steps, so that a topic is not taken for gone too early.
    await given.database.db.execute(
      sql`select setval('events_sequence_seq', nextval('events_sequence_seq') + 5000)`,
    )
    await given.log.append([event('3', { topic: 'back', receivedAt: Date.now() })])
    for await (const _ of given.log.prune({ days: 30 }));
    const left = await given.database.db.select({ topic: topics.topic }).from(topics)
    expect(left).toEqual([{ topic: 'back' }])
    await given.log.append([event('4', { topic: 'gone.a', receivedAt: Date.now() })])
    expect(ids((await given.log.read({ patterns: ['gone.*'], limit: 5 })).events)).toEqual(['4'])
    for await (const _ of given.log.prune({ rows: 0 }));
    expect(await given.database.db.select().from(topics)).toEqual([])
  })
}
