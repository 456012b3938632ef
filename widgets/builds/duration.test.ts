import { expect, test } from 'vitest'
import { duration } from './duration.ts'

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [3_600_000, '1 h'],
  [90_061_000, '25 h 1 min'],
  [192_000, '3 min 12 s'],
  [-1000, ''],
])('%d ms are %s', (span, text) => {
  expect(duration(span)).toBe(text)
})
