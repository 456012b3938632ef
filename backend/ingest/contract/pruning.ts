import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { EventLog } from '../event-log.ts'
import { type EventLogUnderTest, event, ids } from './event-log-under-test.ts'

/** What is removed, and what stays. */
export function describePruning(given: EventLogUnderTest): void {
  test('prune keeps the newest bytes, also of rows that were logged before they were counted', async () => {
    // Nothing that the database could make small.
    const data = () => randomBytes(50_000).toString('hex')
    for (let n = 1; n <= 8; n++) await given.log.append([event(String(n), { data: data() })])
    await given.database.db.execute(sql`update events set bytes = null where id in ('6', '7')`)
    for await (const _ of given.log.prune({ bytes: 100_000_000 }));
    expect((await given.log.read({ patterns: ['>'], limit: 9 })).events).toHaveLength(8)
    for await (const _ of given.log.prune({ bytes: 350_000 }));
    expect((await given.log.read({ patterns: ['>'], limit: 9 })).events).toHaveLength(3)
  })

  test('prune keeps the newest bytes of a log that grows, whatever the gaps between its sequences', async () => {
    const data = () => randomBytes(50_000).toString('hex')
    const left = async () => {
      for await (const _ of given.log.prune({ bytes: 350_000 }));
      return ids((await given.log.read({ patterns: ['>'], limit: 20 })).events)
    }
    const gap = sql`select setval('events_sequence_seq', nextval('events_sequence_seq') + 9000)`
    for (let n = 1; n <= 12; n++) {
      await given.log.append([event(String(n), { data: data() })])
      await given.database.db.execute(gap)
      if (n > 6 && n % 2 === 0) expect(await left()).toEqual([0, 1, 2].map((before) => String(n - before)))
    }
  })

  test('prune removes what is old and what is beyond the newest rows', async () => {
    const now = Date.now()
    const days = (count: number) => ({ receivedAt: now - count * 86_400_000 })
    await given.log.append([
      event('old', days(31)),
      event('1', days(2)),
      event('2', days(1)),
      event('3', days(0)),
    ])
    // Sequences of rows left out are gaps; they are not rows.
    await given.log.append(Array.from({ length: 20 }, () => event('3')))
    const topics = new Set([event('old').topic])
    const pruned = async (keep: Parameters<EventLog['prune']>[0]) => {
      const pieces = []
      for await (const piece of given.log.prune(keep)) pieces.push(piece)
      return pieces
    }
    expect(await pruned({ days: 30 })).toEqual([{ rows: 1, topics }])
    expect(await pruned({ rows: 2 })).toEqual([{ rows: 1, topics }])
    expect(ids((await given.log.read({ patterns: ['>'], limit: 9 })).events)).toEqual(['3', '2'])
    expect(await pruned({ rows: 2, days: 1.5 })).toEqual([])
    expect(await pruned({ rows: 0 })).toEqual([{ rows: 2, topics }])
  })
}
