import fc from 'fast-check'
import { expect, test } from 'vitest'
import { events } from '#drizzle/schema.ts'
import type { LoggedEvent } from '#widgets/define.ts'
import { decodeDelivery } from '../delivery.ts'
import { asRead, at, type EventLogUnderTest } from './event-log-under-test.ts'

/** Whatever decoding lets through is logged as it is. */
export function describeAnyEvent(given: EventLogUnderTest): void {
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
        await given.database.db.delete(events)
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
        expect(await given.log.append([...all.values()])).toEqual([])
        const kept = (await given.log.read({ patterns: ['>'], limit: 500 })).events
        expect([...kept].reverse()).toEqual(JSON.parse(JSON.stringify([...all.values()].map(asRead))))
        logged += kept.length
      }),
      { numRuns: 100 },
    )
    expect(logged).toBeGreaterThan(20)
  })
}
