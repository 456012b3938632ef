import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { events, topics } from '#drizzle/schema.ts'
import type { Json, LoggedEvent } from '#widgets/define.ts'
import { believed } from '#widgets/kit/moment.ts'
import type { OpenDatabase } from '../db/database.ts'
import { decodeDelivery } from './delivery.ts'
import { type EventLog, eventLog } from './event-log.ts'
import { loggedTopics } from './logged-topics.ts'
import { matchesTopic, parsePattern } from './topic.ts'

const at = Date.UTC(2026, 2, 1)
function event(id: string, fields: Partial<LoggedEvent> = {}): LoggedEvent {
  return { id, source: 's', type: 't', topic: 'a.b', time: at, receivedAt: at, data: null, ...fields }
}
/** As readers are told of it. */
function asRead({ time: said, ...logged }: LoggedEvent): LoggedEvent {
  const time = believed(said, logged.receivedAt)
  return { ...logged, time, ...(time === said ? {} : { saidTime: said }) }
}
const ids = (logged: readonly LoggedEvent[]) => logged.map(({ id }) => id)

/** What the event log does on both databases; `open` gives an empty one. */
export function describeEventLog(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`event log on ${name}`, () => {
    let database: OpenDatabase
    let log: EventLog
    beforeAll(async () => {
      database = await open()
      await database.migrate()
      log = eventLog(database.db)
    }, 120_000)
    beforeEach(async () => {
      await database.db.delete(events)
      await database.db.delete(topics)
      log = eventLog(database.db)
    })
    afterAll(() => database.close())

    test('an event comes back as it was', async () => {
      const data: Json = {
        text: 'a\u0000"\\{}\n',
        half: '\ud800',
        list: [1.5, null, true, []],
        deep: { empty: {} },
      }
      const whole = event('1', { source: 'söurce, "x" {y} \\', subject: 'NULL', time: at + 123, data })
      const early = event('2', { time: 0, subject: '' })
      const late = event('3', { time: Date.parse('9999-12-31T23:59:59.999Z'), data: 'text' })
      expect(await log.append([whole, early, late])).toEqual([])
      const logged = (await log.read({ patterns: ['>'], limit: 10 })).events
      expect(logged).toEqual([late, early, whole].map(asRead))
    })

    test('a time that cannot be is told as that of arrival, beside what was said', async () => {
      const said = [Date.UTC(2099, 0, 1), at + 6 * 60_000, at + 60_000, at - 1000, 0]
      await log.append(said.map((time, index) => event(String(index), { time })))
      const logged = (await log.read({ patterns: ['>'], limit: 10 })).events
      expect(logged.toReversed().map(({ time, saidTime }) => [time, saidTime])).toEqual([
        [at, Date.UTC(2099, 0, 1)],
        [at, at + 6 * 60_000],
        [at + 60_000, undefined],
        [at - 1000, undefined],
        [at, 0],
      ])
    })

    test('a reading goes on before an event', async () => {
      await log.append(
        Array.from({ length: 7 }, (_, n) => event(String(n), { topic: n % 2 ? 'a.b' : 'a.c' })),
      )
      const read = async (before?: Pick<LoggedEvent, 'source' | 'id'>) => {
        const { events, more } = await log.read({ patterns: ['a.*'], limit: 3, before })
        return [...ids(events), more]
      }
      expect(await read()).toEqual(['6', '5', '4', true])
      expect(await read({ source: 's', id: '4' })).toEqual(['3', '2', '1', true])
      expect(await read({ source: 's', id: '1' })).toEqual(['0', false])
      expect(await read({ source: 's', id: '0' })).toEqual([false])
      expect(await read({ source: 'other', id: '4' })).toEqual([false])
    })

    test('an event is logged once, whoever brings it again', async () => {
      await Promise.all([
        log.append([event('1'), event('2'), event('1')]),
        log.append([event('2'), event('1')]),
      ])
      // An event that tells no time has that of its arrival, and JSON's fields have no order.
      const two = event('3', { data: { a: 1, b: [{ c: 2, d: 3 }] } })
      const again = { ...two, data: { b: [{ d: 3, c: 2 }], a: 1 }, time: at + 5, receivedAt: at + 5 }
      expect(await log.append([event('1', { source: 'other' }), two])).toEqual([])
      expect(await log.append([again, event('2')])).toEqual([])
      const logged = (await log.read({ patterns: ['>'], limit: 10 })).events
      expect(ids(logged).sort()).toEqual(['1', '1', '2', '3'])
    })

    test.each([
      ['data', { data: 'changed' }],
      ['type', { type: 'u' }],
      ['topic', { topic: 'a.c' }],
      ['subject', { subject: 'x' }],
    ] as const)('another event of the same name is refused, by its %s', async (_, change) => {
      const other = event('1', { ...change, receivedAt: at + 1_000 })
      expect(await log.append([event('1')])).toEqual([])
      const refused = await log.append([event('2'), other, event('1')])
      expect(refused.map(({ event }) => event)).toEqual([other])
      expect(refused[0]?.reason).toMatch(/^Another event with this source and id/)
      expect(await log.append([event('4'), { ...other, id: '4' }])).toHaveLength(1)
      const logged = (await log.read({ patterns: ['>'], limit: 10 })).events
      expect(logged).toEqual([event('4'), event('2'), event('1')])
    })

    test('a day later a name is free: the newer event takes the place, and is not undone', async () => {
      const day = 86_400_000
      const newer = event('1', { data: 'new', receivedAt: at + day, time: at + day })
      await log.append([event('1'), event('2')])
      expect(await log.append([newer])).toEqual([])
      expect((await log.read({ patterns: ['>'], limit: 10 })).events).toEqual([newer, event('2')])
      // Delivered once more, late.
      expect(await log.append([event('1')])).toEqual([])
      expect(await log.append([event('3'), { ...event('3'), data: 'new', receivedAt: at + day }])).toEqual([])
      expect(ids((await log.read({ patterns: ['>'], limit: 10 })).events)).toEqual(['3', '1', '2'])
      expect(await log.append([{ ...newer, data: 'third', receivedAt: at + day + 1 }])).toHaveLength(1)
    })

    test('nothing to append is nothing', async () => {
      expect(await log.append([])).toEqual([])
    })

    test('what the database cannot hold is told, the rest is logged', async () => {
      const bad = event('bad', { subject: 'nul \u0000' })
      const unlogged = await log.append([event('1'), bad, event('2'), event('3')])
      expect(unlogged.map(({ event }) => event.id)).toEqual(['bad'])
      expect(unlogged[0]?.reason).toMatch(/invalid byte sequence|0x00/)
      expect(ids((await log.read({ patterns: ['>'], limit: 10 })).events)).toEqual(['3', '2', '1'])
    })

    test('limit takes the newest by arrival, of all patterns together', async () => {
      await log.append([event('1'), event('2', { topic: 'c' }), event('3'), event('4', { topic: 'd' })])
      expect(ids((await log.read({ patterns: ['a.*', 'c', 'a.b'], limit: 2 })).events)).toEqual(['3', '2'])
      expect(ids((await log.read({ patterns: ['>', 'c'], limit: 3 })).events)).toEqual(['4', '3', '2'])
      expect((await log.read({ patterns: [], limit: 3 })).events).toEqual([])
    })

    test('the newest of a pattern are found however far back they lie', { timeout: 120_000 }, async () => {
      // A few topics are busy, most are not, and some ended long ago.
      const rows: { topic: string; id: string }[] = []
      for (let n = 0; n < 6_000; n++) {
        const topic =
          n % 3 > 0 ? `busy.${n % 2}` : n < 3_000 ? `old.t${(n * 7) % 150}` : `new.t${(n * 11) % 900}`
        rows.push({ topic, id: String(n) })
      }
      for (let from = 0; from < rows.length; from += 500) {
        await log.append(
          rows
            .slice(from, from + 500)
            .map(({ topic, id }) => event(id, { topic, receivedAt: at + Number(id) })),
        )
      }
      const pattern = fc.constantFrom(
        'old.>',
        '*.t7',
        'new.*',
        'old.t14',
        'busy.1',
        '*.*',
        'none.>',
        'new.t33',
      )
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
            const found = (await log.read({ patterns, limit, since })).events
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
        Array.from({ length: 300 }, (_, n) => log.append([event(`${n}`, { topic: `t.${n}` })])),
      )
      expect(ids((await log.read({ patterns: ['*.first'], limit: 5 })).events)).toEqual([])
      // As a process of a version does that knows no topics.
      await database.db.execute(sql`insert into events (source, id, type, topic, time, received_at)
        values ('s', 'first', 't', 't.first', now(), now())`)
      await Promise.all(
        Array.from({ length: 300 }, (_, n) => log.append([event(`l${n}`, { topic: `u.${n}` })])),
      )
      expect(ids((await log.read({ patterns: ['*.first'], limit: 5 })).events)).toEqual(['first'])
      expect(ids((await eventLog(database.db).read({ patterns: ['t.*'], limit: 1 })).events)).toEqual([
        'first',
      ])
    })

    test('topics of a database that was put back are read once, though no transaction here is as late', async () => {
      await log.append([event('old', { topic: 'back.old' })])
      await database.db.execute(sql`update topics set written = '9223372036854775807'`)
      const known = loggedTopics(database.db)
      const all = async () => (await known.matching([['>']])).map(({ topic, reach }) => [topic, reach > 0])
      expect(await all()).toEqual([['back.old', true]])
      await database.db.execute(sql`update topics set reach = 0`)
      await log.append([event('new', { topic: 'back.new' })])
      expect(await all()).toEqual([
        ['back.old', true],
        ['back.new', true],
      ])
      // Written by a transaction of here from now on.
      await log.append([event('again', { topic: 'back.old' })])
      await database.db.execute(sql`update topics set reach = 0`)
      expect(await all()).toContainEqual(['back.old', false])
    })

    test('topics that no event has any more are forgotten, the others are not', async () => {
      const day = 86_400_000
      const old = { receivedAt: Date.now() - 40 * day }
      await log.append([event('1', { topic: 'gone.a', ...old }), event('2', { topic: 'back', ...old })])
      // Reach is raised in steps, so that a topic is not taken for gone too early.
      await database.db.execute(
        sql`select setval('events_sequence_seq', nextval('events_sequence_seq') + 5000)`,
      )
      await log.append([event('3', { topic: 'back', receivedAt: Date.now() })])
      for await (const _ of log.prune({ days: 30 }));
      const left = await database.db.select({ topic: topics.topic }).from(topics)
      expect(left).toEqual([{ topic: 'back' }])
      await log.append([event('4', { topic: 'gone.a', receivedAt: Date.now() })])
      expect(ids((await log.read({ patterns: ['gone.*'], limit: 5 })).events)).toEqual(['4'])
      for await (const _ of log.prune({ rows: 0 }));
      expect(await database.db.select().from(topics)).toEqual([])
    })

    test('a reading is bounded in bytes, and has its newest event whatever its size', async () => {
      const data = 'x'.repeat(5 * 1024 * 1024)
      for (const id of ['1', '2', '3', '4', '5']) await log.append([event(id, { data })])
      const { events, more } = await log.read({ patterns: ['>'], limit: 500 })
      expect([...ids(events), more]).toEqual(['5', '4', '3', '2', true])
      const rest = await log.read({ patterns: ['>'], limit: 500, before: { source: 's', id: '2' } })
      expect([...ids(rest.events), rest.more]).toEqual(['1', false])
      await log.append([event('6', { data: 'y'.repeat(20 * 1024 * 1024) })])
      expect(ids((await log.read({ patterns: ['a.b'], limit: 500 })).events)).toEqual(['6'])
    })

    test('prune keeps the newest bytes, also of rows that were logged before they were counted', async () => {
      // Nothing that the database could make small.
      const data = () => randomBytes(50_000).toString('hex')
      for (let n = 1; n <= 8; n++) await log.append([event(String(n), { data: data() })])
      await database.db.execute(sql`update events set bytes = null where id in ('6', '7')`)
      for await (const _ of log.prune({ bytes: 100_000_000 }));
      expect((await log.read({ patterns: ['>'], limit: 9 })).events).toHaveLength(8)
      for await (const _ of log.prune({ bytes: 350_000 }));
      expect((await log.read({ patterns: ['>'], limit: 9 })).events).toHaveLength(3)
    })

    test('prune keeps the newest bytes of a log that grows, whatever the gaps between its sequences', async () => {
      const data = () => randomBytes(50_000).toString('hex')
      const left = async () => {
        for await (const _ of log.prune({ bytes: 350_000 }));
        return ids((await log.read({ patterns: ['>'], limit: 20 })).events)
      }
      const gap = sql`select setval('events_sequence_seq', nextval('events_sequence_seq') + 9000)`
      for (let n = 1; n <= 12; n++) {
        await log.append([event(String(n), { data: data() })])
        await database.db.execute(gap)
        if (n > 6 && n % 2 === 0) expect(await left()).toEqual([0, 1, 2].map((before) => String(n - before)))
      }
    })

    test('the token an event was published with is kept beside it', async () => {
      const published = { ...event('1'), extensions: { hubstoken: '0123' } }
      await log.append([published, event('2')])
      const rows = await database.db.select({ id: events.id, token: events.token }).from(events)
      expect(new Map(rows.map(({ id, token }) => [id, token]))).toEqual(
        new Map([
          ['1', '0123'],
          ['2', null],
        ]),
      )
    })

    test('since keeps what was received then or later', async () => {
      await log.append([event('1', { receivedAt: at - 1 }), event('2'), event('3', { receivedAt: at + 1 })])
      expect(ids((await log.read({ patterns: ['>'], limit: 9, since: at })).events)).toEqual(['3', '2'])
    })

    test('a pattern that is none is refused', async () => {
      await expect(log.read({ patterns: ['a..b'], limit: 1 })).rejects.toThrow(RangeError)
      await expect(log.read({ patterns: ["a'; drop table events"], limit: 1 })).rejects.toThrow(RangeError)
    })

    test('patterns find what they match, and nothing else', { timeout: 60_000 }, async () => {
      const tokens = ['a', 'b', 'ab', "a'b", 'a/b', 'a-b', '%25', '_', '\\', 'ü', '.a'.slice(1)]
      const topics = new Set<string>()
      for (const one of tokens) {
        topics.add(one)
        for (const two of tokens) topics.add(`${one}.${two}`).add(`a.${one}.${two}`).add(`${one}.${two}.b.a`)
      }
      await log.append([...topics].map((topic) => event(topic, { topic })))
      const token = fc.constantFrom(...tokens, '*')
      const pattern = fc
        .tuple(fc.array(token, { maxLength: 3 }), fc.oneof(token, fc.constant('>')))
        .map(([first, last]) => [...first, last].join('.'))
      await fc.assert(
        fc.asyncProperty(fc.array(pattern, { minLength: 1, maxLength: 3 }), async (patterns) => {
          const found = (await log.read({ patterns, limit: 500 })).events
          const wanted = [...topics].filter((topic) =>
            patterns.some((each) => matchesTopic(parsePattern(each) as string[], topic.split('.'))),
          )
          expect(ids(found).sort()).toEqual(wanted.sort())
        }),
        { numRuns: 150 },
      )
    })

    test('whatever comes off the bus as an event is logged as it is', { timeout: 600_000 }, async () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
        fc.constantFrom(
          '\u0000',
          '\ud800',
          '{"',
          '\\',
          "'",
          'NULL',
          '\u2028',
          'ß'.repeat(512),
          'x'.repeat(1024),
        ),
      )
      const data = fc.oneof(
        fc.jsonValue(),
        text,
        fc.nat(128).map((levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels) || '0')),
        text.map((name) => ({ [name]: { [name]: name } })),
      )
      const message = fc.oneof(
        data,
        fc.record(
          {
            ...{ specversion: fc.constant('1.0'), id: text, source: text, type: text },
            ...{ subject: text, time: fc.date({ noInvalidDate: true }), team: text, data },
          },
          { requiredKeys: ['specversion', 'id', 'source', 'type'] },
        ),
      )
      const topic = fc.array(text, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'))
      let sequence = 0
      let logged = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(topic, message), { maxLength: 20 }), async (messages) => {
          await database.db.delete(events)
          const all = new Map<string, LoggedEvent>()
          for (const [topic, value] of messages) {
            const body = Buffer.from(JSON.stringify(value))
            const decoded = decodeDelivery({ topic, body, stream: 'S', sequence: ++sequence, time: at })
            if ('refused' in decoded) continue
            const { id, source, type, subject, time, receivedAt, data } = decoded.event
            const own = {
              id,
              source,
              type,
              topic,
              time,
              receivedAt,
              data,
              ...(subject === undefined ? {} : { subject }),
            }
            const name = JSON.stringify([source, id])
            if (!all.has(name)) all.set(name, own)
          }
          expect(await log.append([...all.values()])).toEqual([])
          const kept = (await log.read({ patterns: ['>'], limit: 500 })).events
          expect([...kept].reverse()).toEqual(JSON.parse(JSON.stringify([...all.values()].map(asRead))))
          logged += kept.length
        }),
        { numRuns: 100 },
      )
      expect(logged).toBeGreaterThan(20)
    })

    test('prune removes what is old and what is beyond the newest rows', async () => {
      const now = Date.now()
      const days = (count: number) => ({ receivedAt: now - count * 86_400_000 })
      await log.append([
        event('old', days(31)),
        event('1', days(2)),
        event('2', days(1)),
        event('3', days(0)),
      ])
      // Sequences of rows left out are gaps; they are not rows.
      await log.append(Array.from({ length: 20 }, () => event('3')))
      const topics = new Set([event('old').topic])
      const pruned = async (keep: Parameters<EventLog['prune']>[0]) => {
        const pieces = []
        for await (const piece of log.prune(keep)) pieces.push(piece)
        return pieces
      }
      expect(await pruned({ days: 30 })).toEqual([{ rows: 1, topics }])
      expect(await pruned({ rows: 2 })).toEqual([{ rows: 1, topics }])
      expect(ids((await log.read({ patterns: ['>'], limit: 9 })).events)).toEqual(['3', '2'])
      expect(await pruned({ rows: 2, days: 1.5 })).toEqual([])
      expect(await pruned({ rows: 0 })).toEqual([{ rows: 2, topics }])
    })
  })
}
