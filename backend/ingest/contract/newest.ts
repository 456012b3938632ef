import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEventLog } from '../open-event-log.ts'
import { matchesTopic } from '../topic.ts'
import { at, type EventLogUnderTest, event, ids } from './event-log-under-test.ts'

/** However far back the newest events of a pattern lie, and whoever logged them, they are found. */
export function describeNewest(given: EventLogUnderTest): void {
  test('the newest of a pattern are found however far back they lie', { timeout: 120_000 }, async () => {
    // A few topics are busy, most are not, and some ended long ago.
    const rows: { topic: string; id: string }[] = []
    for (let n = 0; n < 6_000; n++) {
      const topic =
        n % 3 > 0 ? `busy.${n % 2}` : n < 3_000 ? `old.t${(n * 7) % 150}` : `new.t${(n * 11) % 900}`
      rows.push({ topic, id: String(n) })
    }
    for (let from = 0; from < rows.length; from += 500) {
      await given.log.append(
        rows
          .slice(from, from + 500)
          .map(({ topic, id }) => event(id, { topic, receivedAt: at + Number(id) })),
      )
    }
    const pattern = fc.constantFrom('old.>', '*.t7', 'new.*', 'old.t14', 'busy.1', '*.*', 'none.>', 'new.t33')
    await fc.assert(
      fc.asyncProperty(
        fc.array(pattern, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 7, 40, 500),
        fc.option(fc.integer({ min: at, max: at + 6_000 }), { nil: undefined }),
        async (patterns, limit, since) => {
          const wanted = rows.filter(
            ({ topic, id }) =>
              at + Number(id) >= (since ?? 0) &&
              patterns.some((each) => matchesTopic(each.split('.'), topic.split('.'))),
          )
          const found = (await given.log.read({ patterns, limit, since })).events
          expect(ids(found)).toEqual(
            wanted
              .map(({ id }) => id)
              .slice(-limit)
              .reverse(),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  test('an event is found whoever logged it, and however soon after the last look', async () => {
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => given.log.append([event(`${n}`, { topic: `t.${n}` })])),
    )
    expect(ids((await given.log.read({ patterns: ['*.first'], limit: 5 })).events)).toEqual([])
    // As a process of a version does that knows no topics.
    await given.database.db.execute(sql`insert into events (source, id, type, topic, time, received_at)
      values ('s', 'first', 't', 't.first', now(), now())`)
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => given.log.append([event(`l${n}`, { topic: `u.${n}` })])),
    )
    expect(ids((await given.log.read({ patterns: ['*.first'], limit: 5 })).events)).toEqual(['first'])
    expect(ids((await openEventLog(given.database.db).read({ patterns: ['t.*'], limit: 1 })).events)).toEqual(
      ['first'],
    )
  })
}
