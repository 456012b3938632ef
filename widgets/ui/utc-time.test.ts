import { expect, test } from 'vitest'
import { utcTime } from './utc-time.ts'

test('a time reads the same whatever zone the process is in', () => {
  expect(utcTime(Date.UTC(2026, 10, 30, 14, 2, 59))).toBe('30 Nov 2026, 14:02 UTC')
})

test('what data from outside may carry is no time', () => {
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) expect(utcTime(time)).toBeUndefined()
})
