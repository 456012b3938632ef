import { expect, test } from 'vitest'
import { openSourceHealth, silentWords } from './source-health.ts'

const HOUR = 3_600_000

test('a source is silent after two loads in a row that were not answered, until one is', () => {
  const health = openSourceHealth()
  expect(health.standing('x')).toBe('unheard')
  expect(health.standing(undefined)).toBe('answers')
  expect(health.timedOut('x', 2_000)).toBe(false)
  expect(health.standing('x')).toBe('unheard')
  expect(health.answered('x')).toBe(false)
  expect(health.standing('x')).toBe('answers')
  expect(health.timedOut('x', 5_000)).toBe(false)
  expect(health.standing('x')).toBe('answers')
  expect(health.timedOut('x', 4_000)).toBe(true)
  expect([health.standing('x'), health.silent, health.silentSince('x')]).toEqual(['silent', 1, 4_000])
  expect(health.timedOut('x', 9_000)).toBe(false)
  expect(health.silentSince('x')).toBe(4_000)
  expect(health.answered('x')).toBe(true)
  expect([health.standing('x'), health.silent, health.silentSince('x')]).toEqual(['answers', 0, undefined])
})

test('a card is told once a silence, and again after an hour', () => {
  const health = openSourceHealth()
  const silence = () => [1, 2].map((at) => health.timedOut('x', at))
  silence()
  expect(health.mustTell('x', 'a', 0)).toBe(true)
  expect(health.mustTell('x', 'a', HOUR - 1)).toBe(false)
  expect(health.mustTell('x', 'b', HOUR - 1)).toBe(true)
  expect(health.mustTell('x', 'a', HOUR)).toBe(true)
  health.answered('x')
  silence()
  expect(health.mustTell('x', 'a', HOUR)).toBe(true)
})

test('of a source that is silent for good, no more cards are remembered than thousands', () => {
  const health = openSourceHealth()
  for (const at of [1, 2]) health.timedOut('x', at)
  for (let n = 0; n < 25_000; n++) health.mustTell('x', `key${n}`, n)
  expect(health.mustTell('x', 'key24999', 25_000)).toBe(false)
  expect(health.mustTell('x', 'key5000', 25_000)).toBe(false)
  expect(health.mustTell('x', 'key0', 25_000)).toBe(true)
})

test('no more sources are remembered than thousands, and of those forgotten none counts as silent', () => {
  const health = openSourceHealth()
  for (let n = 0; n < 12_000; n++) for (const at of [1, 2]) health.timedOut(`host${n}`, at)
  expect(health.silent).toBe(10_000)
  expect(health.standing('host0')).toBe('unheard')
})

test.each([
  ['2026-03-01T14:02:59Z', '2026-03-01T23:59:00Z', '14:02'],
  ['2026-03-01T14:02:59Z', '2026-03-02T00:01:00Z', '2026-03-01 14:02'],
])('since %s, told at %s', (since, now, words) => {
  expect(silentWords('status.example.org', Date.parse(since), Date.parse(now))).toBe(
    `status.example.org has not answered since ${words} UTC; one load at a time is tried.`,
  )
})
