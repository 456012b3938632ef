import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Interest, Json } from '#widgets/define.ts'
import type { HubEvent } from '../ingest/event.ts'
import { matchesTopic } from '../ingest/topic.ts'
import { matchingIndex } from './matching.ts'

function event(topic: string, fields: Partial<HubEvent> = {}): HubEvent {
  return { id: '1', source: 's', type: 't', topic, time: 0, extensions: {}, data: null, ...fields }
}

function indexOf(instances: Record<string, readonly Interest[]>) {
  const index = matchingIndex<string>()
  for (const [id, interests] of Object.entries(instances)) index.add(id, interests, id)
  return { index, matched: (each: HubEvent) => [...index.match(each.topic, () => each)].sort() }
}

test('an interest in a topic counts whatever its criteria, each instance once', () => {
  const { index } = indexOf({
    wide: [{ topic: 'ci.>' }, { topic: '*.web' }],
    choosy: [{ topic: 'ci.*', where: { subject: 'main', source: 's' } }],
    elsewhere: [{ topic: 'deploy.>' }],
  })
  expect([...index.concerned('ci.web')].sort()).toEqual(['choosy', 'wide'])
  expect(index.concerned('none')).toEqual([])
})

test('patterns and criteria decide', () => {
  const { matched } = indexOf({
    all: [{ topic: '>' }],
    pushes: [{ topic: 'github.*.*.push.>' }],
    acme: [{ topic: 'github.acme.>', where: { 'data.repository.full_name': 'acme/api', 'data.n': 1 } }],
    extension: [{ topic: '>', where: { team: 'blue' } }],
    subject: [{ topic: '>', where: { subject: 'web', source: 's' } }],
    twice: [{ topic: 'github.>' }, { topic: 'github.*.*.push.-' }],
    nothing: [],
  })
  const data = { repository: { full_name: 'acme/api' }, n: 1 }
  expect(matched(event('github.acme.api.push.-', { data }))).toEqual(['acme', 'all', 'pushes', 'twice'])
  expect(matched(event('github.acme.api.push.-', { data: { ...data, n: '1' } }))).toEqual([
    'all',
    'pushes',
    'twice',
  ])
  expect(matched(event('github.acme', { data }))).toEqual(['all', 'twice'])
  expect(matched(event('x', { subject: 'web', extensions: { team: 'blue' } }))).toEqual([
    'all',
    'extension',
    'subject',
  ])
})

test('criteria see own fields only', () => {
  const { matched } = indexOf({
    constructed: [{ topic: '>', where: { 'data.constructor.name': 'Object' } }],
    extended: [{ topic: '>', where: { 'toString.name': 'toString' } }],
    item: [{ topic: '>', where: { 'data.list.1': 'b' } }],
    whole: [{ topic: '>', where: { data: 'text' } }],
  })
  expect(matched(event('a', { data: {} }))).toEqual([])
  expect(matched(event('a', { data: { list: ['a', 'b'] } }))).toEqual(['item'])
  expect(matched(event('a', { data: 'text' }))).toEqual(['whole'])
})

test('the event is made only for criteria, and at most where a pattern agrees', () => {
  const { index } = indexOf({
    plain: [{ topic: 'a.>' }],
    picky: [{ topic: 'b.*', where: { subject: 'x' } }],
  })
  const never = () => {
    throw new Error('not needed')
  }
  expect(index.match('a.b', never)).toEqual(['plain'])
  expect(index.match('b', never)).toEqual([])
  expect(index.match('c.d', never)).toEqual([])
  expect(() => index.match('b.c', never)).toThrow('not needed')
})

test('an instance that is added again is replaced; one that is refused leaves the former', () => {
  const { index, matched } = indexOf({ one: [{ topic: 'a' }] })
  index.add('one', [{ topic: 'b' }], 'new')
  expect(matched(event('a'))).toEqual([])
  expect(matched(event('b'))).toEqual(['new'])
  expect(() => index.add('one', [{ topic: 'c' }, { topic: 'c..d' }], 'bad')).toThrow(RangeError)
  expect(matched(event('b'))).toEqual(['new'])
  expect(index.size).toBe(1)
  expect(index.remove('one')).toBe(true)
  expect(index.remove('one')).toBe(false)
  expect(matched(event('b'))).toEqual([])
})

const token = fc.constantFrom('a', 'b', 'c')
const topic = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'))
const pattern = fc
  .tuple(
    fc.array(fc.oneof(token, fc.constant('*')), { maxLength: 3 }),
    fc.oneof(token, fc.constantFrom('*', '>')),
  )
  .map(([first, last]) => [...first, last].join('.'))
const value = fc.constantFrom<string | number | boolean>('x', 'y', 1, 0, true, false, '1')
const field = fc.constantFrom(
  ...[
    'subject',
    'team',
    'source',
    'topic',
    'data',
    'data.x',
    'data.y.z',
    'data.y.z.0',
    'data.list.1',
    'nobody',
  ],
)
const interest: fc.Arbitrary<Interest> = fc
  .tuple(pattern, fc.option(fc.dictionary(field, value, { maxKeys: 3 }), { nil: undefined }))
  .map(([topic, where]) => (where ? { topic, where } : { topic }))
const data: fc.Arbitrary<Json> = fc.oneof(
  fc.record(
    {
      x: value,
      y: fc.oneof(value, fc.record({ z: fc.oneof(value, fc.array(value, { maxLength: 2 })) })),
      list: fc.array(value, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
  value,
  fc.constant(null),
)
const happening = fc
  .record({
    topic,
    subject: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    team: fc.option(value),
    data,
  })
  .map(({ topic, subject, team, data }) =>
    event(topic, { data, extensions: team === null ? {} : { team }, ...(subject ? { subject } : {}) }),
  )
const id = fc.integer({ min: 0, max: 30 }).map(String)
type Step = { add: string; interests: readonly Interest[] } | { remove: string } | { match: HubEvent }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: id, interests: fc.array(interest, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ remove: id }) },
  { weight: 3, arbitrary: fc.record({ match: happening }) },
)

/** The meaning of an interest, with nothing clever. */
function meets({ topic, where = {} }: Interest, event: HubEvent): boolean {
  if (!matchesTopic(topic.split('.'), event.topic.split('.'))) return false
  return Object.entries(where).every(([field, wanted]) => {
    const whole: unknown = { ...event.extensions, ...event }
    const inside = (at: unknown, name: string) =>
      typeof at === 'object' ? (at as Record<string, unknown> | null)?.[name] : undefined
    return field.split('.').reduce(inside, whole) === wanted
  })
}

test('the index finds what a scan of all instances finds, through any edits', { timeout: 600_000 }, () => {
  let matches = 0
  fc.assert(
    fc.property(fc.array(step, { size: 'max', maxLength: 120 }), (steps) => {
      const index = matchingIndex<string>()
      const all = new Map<string, readonly Interest[]>()
      for (const each of steps) {
        if ('add' in each) {
          index.add(each.add, each.interests, each.add)
          all.set(each.add, each.interests)
        } else if ('remove' in each) {
          expect(index.remove(each.remove)).toBe(all.delete(each.remove))
        } else {
          const scanned = [...all].filter(([, interests]) => interests.some((one) => meets(one, each.match)))
          const found = index.match(each.match.topic, () => each.match)
          expect([...found].sort()).toEqual(scanned.map(([id]) => id).sort())
          matches += found.length
        }
        expect(index.size).toBe(all.size)
      }
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 1000) },
  )
  expect(matches).toBeGreaterThan(10_000)
})

/** The event, and how often a field inside its data is asked for. */
function counted(topic: string, data: Readonly<Record<string, Json>>) {
  const asked = { times: 0 }
  const counting = new Proxy(data, {
    get(fields, name) {
      asked.times += 1
      return Reflect.get(fields, name)
    },
  })
  return { asked, event: event(topic, { data: counting }) }
}

test('what is verified for an event does not grow with those it does not concern', {
  timeout: 60_000,
}, () => {
  const shape = fc.record({
    /** Instances that match, each by all of its criteria. */
    matching: fc.nat(5),
    pattern: fc.constantFrom('build.web', 'build.*', 'build.>', '>'),
    fields: fc.uniqueArray(fc.constantFrom('project', 'branch', 'state'), { minLength: 1, maxLength: 3 }),
    churn: fc.array(fc.nat(199), { maxLength: 100 }),
  })
  fc.assert(
    fc.property(shape, ({ matching, pattern, fields, churn }) => {
      const where = (project: string) =>
        Object.fromEntries(fields.map((name) => [`data.${name}`, name === 'project' ? project : 'main']))
      const cost = (others: number) => {
        const index = matchingIndex<string>()
        const put = (n: number) =>
          // Told apart by one field that all name, whatever else they agree in.
          index.add(
            `other ${n}`,
            [{ topic: pattern, where: { ...where(`p${n}`), 'data.project': `p${n}` } }],
            'other',
          )
        for (let n = 0; n < others; n++) put(n)
        for (let n = 0; n < matching; n++)
          index.add(`mine ${n}`, [{ topic: pattern, where: where('mine') }], 'mine')
        for (const n of churn) {
          index.remove(`other ${n}`)
          put(n)
        }
        const { asked, event } = counted('build.web', { project: 'mine', branch: 'main', state: 'main' })
        expect(index.match(event.topic, () => event)).toEqual(Array(matching).fill('mine'))
        return asked.times
      }
      expect(cost(2_000)).toBe(cost(200))
    }),
    { numRuns: 30 },
  )
})
