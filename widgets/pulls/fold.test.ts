import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loggedExamples } from '#sources/github/examples.fixtures.ts'
import type { LoggedEvent } from '../define.ts'
import { at, delivery, foldPulls, request } from './deliveries.fixtures.ts'

describe('what deliveries leave open', () => {
  test('last updated first, of all repositories', () => {
    const events = [
      delivery('opened', request(1)),
      delivery('opened', request(2, { updated_at: at(9) })),
      delivery('opened', request(1, { updated_at: at(5) }), 'acme/web'),
    ]
    expect(foldPulls(events).map(({ repository, number }) => `${repository}#${number}`)).toEqual([
      'acme/api#2',
      'acme/web#1',
      'acme/api#1',
    ])
  })

  test('an opened that comes after its closed brings nothing back', () => {
    const closed = delivery('closed', request(1, { state: 'closed', merged: true, updated_at: at(60) }))
    const late = delivery('opened', request(1))
    expect(foldPulls([late, closed])).toEqual([])
    expect(foldPulls([closed, late])).toEqual([])
  })

  test('not even within one second', () => {
    const closed = delivery('closed', request(1, { state: 'closed' }))
    expect(foldPulls([closed, delivery('opened', request(1)), delivery('labeled', request(1))])).toEqual([])
  })

  test('a reopened one is back, with its newest title', () => {
    const events = [
      delivery('reopened', request(1, { title: 'Again', updated_at: at(9) })),
      delivery('closed', request(1, { state: 'closed', updated_at: at(5) })),
    ]
    expect(foldPulls(events)).toMatchObject([{ number: 1, title: 'Again' }])
  })

  test.each<[string, LoggedEvent['data']]>([
    ['nothing', null],
    ['a list', []],
    ['no pull request', { repository: { full_name: 'acme/api' } }],
    ['no number', { repository: { full_name: 'acme/api' }, pull_request: { ...request(1), number: 'one' } }],
    [
      'no time',
      { repository: { full_name: 'acme/api' }, pull_request: { ...request(1), updated_at: 'today' } },
    ],
    ['no repository', { pull_request: request(1) }],
  ])('an event with %s is left out', (_, data) => {
    const good = delivery('opened', request(2))
    expect(foldPulls([{ ...delivery('opened', request(3)), data }, good])).toMatchObject([{ number: 2 }])
  })

  test('a link that is none is left out', () => {
    const [pull] = foldPulls([
      delivery('opened', request(1, { html_url: 'javascript:alert(1)', user: null })),
    ])
    expect(pull).not.toHaveProperty('href')
    expect(pull).not.toHaveProperty('author')
  })

  test('GitHub’s own examples', () => {
    expect(
      foldPulls(loggedExamples('pull_request').filter(({ topic }) => topic.endsWith('.opened'))),
    ).toMatchObject([{ repository: 'Codertocat/Hello-World', number: 2, author: 'Codertocat' }])
    expect(foldPulls(loggedExamples('pull_request'))).toEqual([])
  })

  test('any order of the deliveries, and any repeats, leave the same', () => {
    const event = fc
      .record({
        number: fc.integer({ min: 1, max: 3 }),
        state: fc.constantFrom('open', 'closed', 'gone'),
        title: fc.constantFrom('One', 'Two'),
        updated_at: fc.constantFrom(at(0), at(1), at(2), 'never'),
        draft: fc.constantFrom(true, false, null),
      })
      .map((fields) => delivery('edited', request(1, fields)))
    fc.assert(
      fc.property(
        fc
          .array(event, { size: 'max', maxLength: 20 })
          .chain((events) =>
            fc.tuple(
              fc.constant(events),
              fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
            ),
          ),
        ([events, delivered]) => {
          expect(foldPulls(delivered)).toEqual(foldPulls(events))
        },
      ),
      { numRuns: 500 },
    )
  })
})

test.each(['ci.pull_request', 'github.acme.web.pull_request.closed', 'github.acme.api.issues.closed'])(
  'an event of %s speaks for no pull request of another repository',
  (topic) => {
    const opened = delivery('opened', request(1))
    const closed = {
      ...delivery('closed', request(1, { state: 'closed', updated_at: at(60) })),
      topic,
    }
    expect(foldPulls([opened, closed])).toHaveLength(1)
  },
)
