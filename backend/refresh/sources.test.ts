import { expect, test } from 'vitest'
import { openSources, silentWords } from './sources.ts'

const HOUR = 3_600_000

test('a source is silent after two loads in a row that were not answered, until one is', () => {
  const sources = openSources()
  expect(sources.standing('x')).toBe('unheard')
  expect(sources.standing(undefined)).toBe('answers')
  expect(sources.timedOut('x', 2_000)).toBe(false)
  expect(sources.standing('x')).toBe('unheard')
  expect(sources.answered('x')).toBe(false)
  expect(sources.standing('x')).toBe('answers')
  expect(sources.timedOut('x', 5_000)).toBe(false)
  expect(sources.standing('x')).toBe('answers')
  expect(sources.timedOut('x', 4_000)).toBe(true)
  expect([sources.standing('x'), sources.silent, sources.silentSince('x')]).toEqual(['silent', 1, 4_000])
  expect(sources.timedOut('x', 9_000)).toBe(false)
  expect(sources.silentSince('x')).toBe(4_000)
  expect(sources.answered('x')).toBe(true)
  expect([sources.standing('x'), sources.silent, sources.silentSince('x')]).toEqual(['answers', 0, undefined])
})

test('a card is told once a silence, and again after an hour', () => {
  const sources = openSources()
  const silence = () => [1, 2].map((at) => sources.timedOut('x', at))
  silence()
  expect(sources.mustTell('x', 'a', 0)).toBe(true)
  expect(sources.mustTell('x', 'a', HOUR - 1)).toBe(false)
  expect(sources.mustTell('x', 'b', HOUR - 1)).toBe(true)
  expect(sources.mustTell('x', 'a', HOUR)).toBe(true)
  sources.answered('x')
  silence()
  expect(sources.mustTell('x', 'a', HOUR)).toBe(true)
})

test('of a source that is silent for good, no more cards are remembered than thousands', () => {
  const sources = openSources()
  for (const at of [1, 2]) sources.timedOut('x', at)
  for (let n = 0; n < 25_000; n++) sources.mustTell('x', `key${n}`, n)
  expect(sources.mustTell('x', 'key24999', 25_000)).toBe(false)
  expect(sources.mustTell('x', 'key5000', 25_000)).toBe(false)
  expect(sources.mustTell('x', 'key0', 25_000)).toBe(true)
})

test('no more sources are remembered than thousands, and of those forgotten none counts as silent', () => {
  const sources = openSources()
  for (let n = 0; n < 12_000; n++) for (const at of [1, 2]) sources.timedOut(`host${n}`, at)
  expect(sources.silent).toBe(10_000)
  expect(sources.standing('host0')).toBe('unheard')
})

test.each([
  ['2026-03-01T14:02:59Z', '2026-03-01T23:59:00Z', '14:02'],
  ['2026-03-01T14:02:59Z', '2026-03-02T00:01:00Z', '2026-03-01 14:02'],
])('since %s, told at %s', (since, now, words) => {
  expect(silentWords('status.example.org', Date.parse(since), Date.parse(now))).toBe(
    `status.example.org has not answered since ${words} UTC; one load at a time is tried.`,
  )
})
