import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { CacheAway } from '../cache/cache.ts'
import type { HubEvent } from '../ingest/event.ts'
import { matchesTopic } from '../ingest/topic.ts'
import { type FollowedWidget, followingIndex } from './following-index.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { matchingIndex } from './matching.ts'

/** The machine may be busy. */
const soon = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 })

function setUp() {
  const index = matchingIndex<InvalidationTarget>()
  const invalidated: string[] = []
  const stop = new AbortController()
  const place = { away: false, failures: 0, due: 0 }
  const following = followingIndex({
    index,
    cache: {
      async invalidate(marks) {
        if (place.away) {
          place.failures += 1
          throw new CacheAway('away')
        }
        // In the index first, or an event between the two would be lost.
        for (const { key } of marks) invalidated.push(`${key} ${matched('t').includes(key)}`)
        return { due: true }
      },
    },
    logger: pino({ level: 'silent' }),
    signal: stop.signal,
    onDue: () => {
      place.due += 1
    },
  })
  function matched(topic: string): string[] {
    const event: HubEvent = { id: '1', source: 's', type: 't', topic, time: 0, extensions: {}, data: null }
    return index.match(topic, () => event).map(({ key }) => key)
  }
  const widget = (id: string, key: string, fields: Partial<FollowedWidget> = {}): FollowedWidget => ({
    id,
    key,
    interests: [{ topic: 't' }],
    reads: false,
    settle: 0,
    ...fields,
  })
  return { index, following, invalidated, matched, place, stop, widget }
}

test('a key is shown by one of its widgets for as long as there is one', () => {
  const { following, widget } = setUp()
  following.place(widget('1', 'k'))
  following.place(widget('2', 'k'))
  following.place(widget('3', 'k', { interests: [{ topic: 'other' }] }))
  for (const id of ['3', '1']) following.unplace(id)
  expect(following.shows('k')).toBe('2')
  following.place(widget('2', 'moved'))
  expect([following.shows('k'), following.shows('moved')]).toEqual([undefined, '2'])
  following.place(widget('4', 'k', { interests: [] }))
  following.place(widget('5', 'k'))
  following.unplace('5')
  expect(following.shows('k')).toBe('4')
})

test('what is placed before the start is only indexed', async () => {
  const { following, invalidated, matched, widget } = setUp()
  following.place(widget('1', 'k'))
  following.ready()
  await following.idle()
  expect(matched('t')).toEqual(['k'])
  expect(invalidated).toEqual([])
})

test('a widget whose key or interests are new has its key invalidated once it is in the index', async () => {
  const { following, invalidated, place, widget } = setUp()
  following.ready()
  following.place(widget('1', 'k'))
  await following.idle()
  following.place(widget('1', 'k'))
  following.place(widget('2', 'k'))
  await following.idle()
  expect(invalidated).toEqual(['k true'])
  following.place(widget('2', 'k', { interests: [{ topic: '*' }] }))
  following.place(widget('1', 'other'))
  await following.idle()
  expect(invalidated).toEqual(['k true', 'k true', 'other true'])
  expect(place.due).toBeGreaterThan(0)
})

test('widgets that share key and interests share an entry, which stays until the last is gone', () => {
  const { index, following, matched, widget } = setUp()
  for (let id = 0; id < 100; id++) following.place(widget(String(id), 'k'))
  expect(index.size).toBe(1)
  expect(matched('t')).toEqual(['k'])
  for (let id = 0; id < 99; id++) following.unplace(String(id))
  following.unplace('nobody')
  expect(matched('t')).toEqual(['k'])
  following.unplace('99')
  expect(index.size).toBe(0)
})

test('an edit replaces what was there', () => {
  const { following, matched, widget } = setUp()
  following.place(widget('1', 'k'))
  following.place(widget('1', 'k2', { interests: [{ topic: 'u' }] }))
  expect(matched('t')).toEqual([])
  expect(matched('u')).toEqual(['k2'])
})

test('one that was gone and comes back is invalidated: events in between were not for it', async () => {
  const { following, invalidated, widget } = setUp()
  following.place(widget('1', 'k'))
  following.ready()
  following.unplace('1')
  following.place(widget('1', 'k'))
  await following.idle()
  expect(invalidated).toEqual(['k true'])
})

test('what nobody places any more is invalidated: it may come back while no daemon runs', async () => {
  const { following, invalidated, stop, widget } = setUp()
  following.place(widget('1', 'k'))
  following.place(widget('2', 'k'))
  following.place(widget('3', 'last'))
  following.ready()
  following.unplace('1')
  following.unplace('3')
  await soon(() => invalidated).toEqual(['last false'])
  following.unplace('2')
  expect(invalidated).toEqual(['last false'])
  // The last words of a daemon that ends.
  stop.abort()
  await following.idle()
  expect(invalidated).toEqual(['last false', 'k false'])
})

test('a widget with an interest that is no pattern is placed without interests', () => {
  const { following, index, widget } = setUp()
  following.place(widget('1', 'k', { interests: [{ topic: 't' }, { topic: 'a..b' }] }))
  expect(index.size).toBe(1)
  following.unplace('1')
  expect(index.size).toBe(0)
})

test('keys wait for a cache that is away', async () => {
  const { following, invalidated, place, widget } = setUp()
  following.ready()
  place.away = true
  following.place(widget('1', 'k1'))
  await soon(() => place.failures).toBeGreaterThan(1)
  following.place(widget('2', 'k2'))
  place.away = false
  await following.idle()
  expect(invalidated).toEqual(['k1 true', 'k2 true'])
})

test('it ends although the cache is away', async () => {
  const { following, invalidated, place, stop, widget } = setUp()
  following.ready()
  place.away = true
  following.place(widget('1', 'k'))
  stop.abort()
  await following.idle()
  expect(invalidated).toEqual([])
})

const topic = fc
  .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 })
  .map((tokens) => tokens.join('.'))
const pattern = fc.oneof(topic, fc.constantFrom('>', 'a.>', '*', '*.b', 'a.*.b', 'a..b'))
const widgetId = fc.nat(9).map(String)
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('place' as const),
      id: widgetId,
      // Few, so that widgets share them, with and without the same interests.
      key: fc.constantFrom('k1', 'k2', 'k3'),
      topics: fc.array(pattern, { maxLength: 3 }),
      reads: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unplace' as const), id: widgetId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ready' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('match' as const), topic }) },
)

test('after any edits an event finds the keys of the widgets that are placed, and no other', {
  timeout: 600_000,
}, async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { size: 'max', maxLength: 60 }), async (steps) => {
      const { index, following, invalidated, matched, widget } = setUp()
      const placed = new Map<string, { readonly key: string; readonly topics: readonly string[] }>()
      const wanted = (topic: string) =>
        [...placed.values()].flatMap(({ key, topics }) => {
          // One that is no pattern leaves the widget to the clock.
          const concerned =
            !topics.includes('a..b') && topics.some((each) => matchesTopic(each.split('.'), topic.split('.')))
          return concerned ? [key] : []
        })
      let ready = false
      for (const each of steps) {
        if (each.do === 'place') {
          const { id, key, topics, reads } = each
          const isNew = ![...placed.values()].some((other) => other.key === key)
          const before = invalidated.length
          following.place(widget(id, key, { interests: topics.map((topic) => ({ topic })), reads }))
          placed.set(id, { key, topics })
          await following.idle()
          // What nobody showed heard of no event.
          if (ready && isNew) expect(invalidated.slice(before).join()).toContain(key)
        } else if (each.do === 'unplace') {
          following.unplace(each.id)
          placed.delete(each.id)
        } else if (each.do === 'ready') {
          following.ready()
          ready = true
        } else {
          expect(new Set(matched(each.topic))).toEqual(new Set(wanted(each.topic)))
          found += matched(each.topic).length
        }
      }
      for (const id of placed.keys()) following.unplace(id)
      expect(index.size).toBe(0)
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
  )
  expect(found).toBeGreaterThan(100)
})
