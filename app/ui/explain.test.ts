import { expect, test } from 'vitest'
import type { Explanation } from '#contract/explanation.ts'
import { explain } from './explain.ts'

const now = Date.UTC(2026, 0, 15, 12)
const base: Explanation = {
  id: 'w1',
  type: 'builds',
  key: 'k',
  version: '1:1',
  status: 'fresh',
  now,
  interests: [{ topic: 'ci.>' }],
  freshness: {
    fresh: true,
    required: 2,
    built: 2,
    loadedAt: now,
    checkedAt: now,
    dueAt: now + 480_000,
    maxAge: 600,
  },
  cause: [{ id: 'e1', topic: 'ci.web' }],
  loads: [{ startedAt: now - 35, endedAt: now, outcome: 'changed' }],
  events: [],
}

test('says how it is, what changed it, and what would make it load again', () => {
  const told = explain(base)
  expect(told.now).toEqual(['It is up to date.', 'What you see was changed by ci.web.'])
  expect(told.becomesStale).toEqual([
    'When an event arrives on “ci.>”.',
    'Checked again in 8 min at the latest.',
  ])
  expect(told.loads.map((load) => load.text)).toEqual(['Changed (35 ms)'])
})

test('a change that only an audit found is told as that', () => {
  expect(explain({ ...base, cause: [], audited: true }).now).toEqual([
    'It is up to date.',
    'An audit found that it had changed. No event had said so.',
  ])
})

test('an event whose time cannot be is told with what it said', () => {
  const event = { id: 'e1', source: 's', topic: 'ci.web', time: now, receivedAt: now }
  const told = explain({ ...base, events: [event, { ...event, saidTime: Date.UTC(2099, 0, 1) }] })
  expect(told.events.map(({ doubt }) => doubt)).toEqual([
    undefined,
    'It says 2099-01-01T00:00:00.000Z, which cannot be: it counts as of its arrival.',
  ])
})

test('what the loader of what is shown said of it is told', () => {
  const load = { startedAt: now, endedAt: now, outcome: 'confirmed' } as const
  const loads = [
    { ...load, outcome: 'failed' as const },
    { ...load, notes: ['One event was passed over.'] },
    { ...load, notes: ['An older one.'] },
  ]
  expect(explain({ ...base, loads }).now).toEqual([
    'It is up to date.',
    'What you see was changed by ci.web.',
    'One event was passed over.',
  ])
})

test('a failure is told with the reference to quote', () => {
  const told = explain({
    ...base,
    status: 'failed',
    cause: [],
    error: { code: 'upstream', message: 'The server answered 503', reference: 'a1b2' },
  })
  expect(told.now).toEqual([
    'The last load failed; what you see is the result before it.',
    'The server answered 503. Reference a1b2.',
  ])
})

test('criteria of an interest are part of it, and several are joined in words', () => {
  const told = explain({
    ...base,
    interests: [{ topic: 'a.b' }, { topic: 'c.>', where: { 'data.branch': 'main', source: 'ci' } }],
  })
  expect(told.becomesStale[0]).toBe(
    'When an event arrives on “a.b” or “c.>” where data.branch is main and source is ci.',
  )
})

test('an interest in everything is said in words', () => {
  const told = explain({ ...base, interests: [{ topic: 'a.b' }, { topic: '>' }] })
  expect(told.becomesStale[0]).toBe('When any event arrives.')
})

test('a type without interests says that no event changes it', () => {
  const told = explain({ ...base, interests: [], freshness: { ...base.freshness, dueAt: null } })
  expect(told.becomesStale).toEqual([
    'No event changes it.',
    'Checked again 10 min after each load at the latest.',
  ])
})
