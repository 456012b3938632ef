import { expect, test } from 'vitest'
import { events } from '#drizzle/schema.ts'
import type { Json } from '#widgets/define.ts'
import { asRead, at, type EventLogUnderTest, event, ids } from './event-log-under-test.ts'

/** What is logged, what is refused, and that it comes back as it was. */
export function describeAppending(given: EventLogUnderTest): void {
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
    expect(await given.log.append([whole, early, late])).toEqual([])
    const logged = (await given.log.read({ patterns: ['>'], limit: 10 })).events
    expect(logged).toEqual([late, early, whole].map(asRead))
  })

  test('a time that cannot be is told as that of arrival, beside what was said', async () => {
    const said = [Date.UTC(2099, 0, 1), at + 6 * 60_000, at + 60_000, at - 1000, 0]
    await given.log.append(said.map((time, index) => event(String(index), { time })))
    const logged = (await given.log.read({ patterns: ['>'], limit: 10 })).events
    expect(logged.toReversed().map(({ time, saidTime }) => [time, saidTime])).toEqual([
      [at, Date.UTC(2099, 0, 1)],
      [at, at + 6 * 60_000],
      [at + 60_000, undefined],
      [at - 1000, undefined],
      [at, 0],
    ])
  })

  test('an event is logged once, whoever brings it again', async () => {
    await Promise.all([
      given.log.append([event('1'), event('2'), event('1')]),
      given.log.append([event('2'), event('1')]),
    ])
    // An event that tells no time has that of its arrival, and JSON's fields have no order.
    const two = event('3', { data: { a: 1, b: [{ c: 2, d: 3 }] } })
    const again = { ...two, data: { b: [{ d: 3, c: 2 }], a: 1 }, time: at + 5, receivedAt: at + 5 }
    expect(await given.log.append([event('1', { source: 'other' }), two])).toEqual([])
    expect(await given.log.append([again, event('2')])).toEqual([])
    const logged = (await given.log.read({ patterns: ['>'], limit: 10 })).events
    expect(ids(logged).sort()).toEqual(['1', '1', '2', '3'])
  })

  test.each([
    ['data', { data: 'changed' }],
    ['type', { type: 'u' }],
    ['topic', { topic: 'a.c' }],
    ['subject', { subject: 'x' }],
  ] as const)('another event of the same name is refused, by its %s', async (_, change) => {
    const other = event('1', { ...change, receivedAt: at + 1_000 })
    expect(await given.log.append([event('1')])).toEqual([])
    const refused = await given.log.append([event('2'), other, event('1')])
    expect(refused.map(({ event }) => event)).toEqual([other])
    expect(refused[0]?.reason).toMatch(/^Another event with this source and id/)
    expect(await given.log.append([event('4'), { ...other, id: '4' }])).toHaveLength(1)
    const logged = (await given.log.read({ patterns: ['>'], limit: 10 })).events
    expect(logged).toEqual([event('4'), event('2'), event('1')])
  })

  test('a day later a name is free: the newer event takes the place, and is not undone', async () => {
    const day = 86_400_000
    const newer = event('1', { data: 'new', receivedAt: at + day, time: at + day })
    await given.log.append([event('1'), event('2')])
    expect(await given.log.append([newer])).toEqual([])
    expect((await given.log.read({ patterns: ['>'], limit: 10 })).events).toEqual([newer, event('2')])
    // Delivered once more, late.
    expect(await given.log.append([event('1')])).toEqual([])
    expect(
      await given.log.append([event('3'), { ...event('3'), data: 'new', receivedAt: at + day }]),
    ).toEqual([])
    expect(ids((await given.log.read({ patterns: ['>'], limit: 10 })).events)).toEqual(['3', '1', '2'])
    expect(await given.log.append([{ ...newer, data: 'third', receivedAt: at + day + 1 }])).toHaveLength(1)
  })

  test('nothing to append is nothing', async () => {
    expect(await given.log.append([])).toEqual([])
  })

  test('what the database cannot hold is told, the rest is logged', async () => {
    const bad = event('bad', { subject: 'nul \u0000' })
    const unlogged = await given.log.append([event('1'), bad, event('2'), event('3')])
    expect(unlogged.map(({ event }) => event.id)).toEqual(['bad'])
    expect(unlogged[0]?.reason).toMatch(/invalid byte sequence|0x00/)
    expect(ids((await given.log.read({ patterns: ['>'], limit: 10 })).events)).toEqual(['3', '2', '1'])
  })

  test('the token an event was published with is kept beside it', async () => {
    const published = { ...event('1'), extensions: { hubstoken: '0123' } }
    await given.log.append([published, event('2')])
    const rows = await given.database.db.select({ id: events.id, token: events.token }).from(events)
    expect(new Map(rows.map(({ id, token }) => [id, token]))).toEqual(
      new Map([
        ['1', '0123'],
        ['2', null],
      ]),
    )
  })
}
