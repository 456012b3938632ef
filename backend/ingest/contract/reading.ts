import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LoggedEvent } from '#widgets/define.ts'
import { matchesTopic, parsePattern } from '../topic.ts'
import { at, type EventLogUnderTest, event, ids } from './event-log-under-test.ts'

/** What a reading gives, and where it ends. */
export function describeReading(given: EventLogUnderTest): void {
  test('a reading goes on before an event', async () => {
    await given.log.append(
      Array.from({ length: 7 }, (_, n) => event(String(n), { topic: n % 2 ? 'a.b' : 'a.c' })),
    )
    const read = async (before?: Pick<LoggedEvent, 'source' | 'id'>) => {
      const { events, more } = await given.log.read({ patterns: ['a.*'], limit: 3, before })
      return [...ids(events), more]
    }
    expect(await read()).toEqual(['6', '5', '4', true])
    expect(await read({ source: 's', id: '4' })).toEqual(['3', '2', '1', true])
    expect(await read({ source: 's', id: '1' })).toEqual(['0', false])
    expect(await read({ source: 's', id: '0' })).toEqual([false])
    expect(await read({ source: 'other', id: '4' })).toEqual([false])
  })

  test('limit takes the newest by arrival, of all patterns together', async () => {
    await given.log.append([event('1'), event('2', { topic: 'c' }), event('3'), event('4', { topic: 'd' })])
    expect(ids((await given.log.read({ patterns: ['a.*', 'c', 'a.b'], limit: 2 })).events)).toEqual([
      '3',
      '2',
    ])
    expect(ids((await given.log.read({ patterns: ['>', 'c'], limit: 3 })).events)).toEqual(['4', '3', '2'])
    expect((await given.log.read({ patterns: [], limit: 3 })).events).toEqual([])
  })

  test('a reading is bounded in bytes, and has its newest event whatever its size', async () => {
    const data = 'x'.repeat(5 * 1024 * 1024)
    for (const id of ['1', '2', '3', '4', '5']) await given.log.append([event(id, { data })])
    const { events, more } = await given.log.read({ patterns: ['>'], limit: 500 })
    expect([...ids(events), more]).toEqual(['5', '4', '3', '2', true])
    const rest = await given.log.read({ patterns: ['>'], limit: 500, before: { source: 's', id: '2' } })
    expect([...ids(rest.events), rest.more]).toEqual(['1', false])
    await given.log.append([event('6', { data: 'y'.repeat(20 * 1024 * 1024) })])
    expect(ids((await given.log.read({ patterns: ['a.b'], limit: 500 })).events)).toEqual(['6'])
  })

  test('since keeps what was received then or later', async () => {
    await given.log.append([
      event('1', { receivedAt: at - 1 }),
      event('2'),
      event('3', { receivedAt: at + 1 }),
    ])
    expect(ids((await given.log.read({ patterns: ['>'], limit: 9, since: at })).events)).toEqual(['3', '2'])
  })

  test('a pattern that is none is refused', async () => {
    await expect(given.log.read({ patterns: ['a..b'], limit: 1 })).rejects.toThrow(RangeError)
    await expect(given.log.read({ patterns: ["a'; drop table events"], limit: 1 })).rejects.toThrow(
      RangeError,
    )
  })

  test('patterns find what they match, and nothing else', { timeout: 60_000 }, async () => {
    const tokens = ['a', 'b', 'ab', "a'b", 'a/b', 'a-b', '%25', '_', '\\', 'ü', '.a'.slice(1)]
    const topics = new Set<string>()
    for (const one of tokens) {
      topics.add(one)
      for (const two of tokens) topics.add(`${one}.${two}`).add(`a.${one}.${two}`).add(`${one}.${two}.b.a`)
    }
    await given.log.append([...topics].map((topic) => event(topic, { topic })))
    const token = fc.constantFrom(...tokens, '*')
    const pattern = fc
      .tuple(fc.array(token, { maxLength: 3 }), fc.oneof(token, fc.constant('>')))
      .map(([first, last]) => [...first, last].join('.'))
    await fc.assert(
      fc.asyncProperty(fc.array(pattern, { minLength: 1, maxLength: 3 }), async (patterns) => {
        const found = (await given.log.read({ patterns, limit: 500 })).events
        const wanted = [...topics].filter((topic) =>
          patterns.some((each) => matchesTopic(parsePattern(each) as string[], topic.split('.'))),
        )
        expect(ids(found).sort()).toEqual(wanted.sort())
      }),
      { numRuns: 150 },
    )
  })
}
