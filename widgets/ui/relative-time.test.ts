import { expect, test } from 'vitest'
import { relativeTime } from './relative-time.ts'

const now = Date.UTC(2026, 0, 15, 12)
const second = 1000
const minute = 60 * second
const hour = 60 * minute

test.each([
  [0, 'just now'],
  [9 * second, 'just now'],
  [10 * second, '10 s ago'],
  [59 * second, '50 s ago'],
  [minute, '1 min ago'],
  [59 * minute + 59 * second, '59 min ago'],
  [hour, '1 h ago'],
  [23 * hour + 59 * minute, '23 h ago'],
  [24 * hour, '1 d ago'],
  [400 * 24 * hour, '400 d ago'],
])('%i ms ago reads “%s”', (age, text) => {
  expect(relativeTime(now - age, now)).toBe(text)
})

test('times to come are told as such', () => {
  expect(relativeTime(now + 5 * minute, now)).toBe('in 5 min')
})
