import { expect, test } from 'vitest'
import { retryIn } from './backoff.ts'

test('waits grow with failures, are jittered, and respect upstream', () => {
  for (let failures = 0; failures < 30; failures++) {
    const wait = retryIn(failures, undefined)
    expect(wait).toBeGreaterThanOrEqual(Math.min(300_000, 2_000 * 2 ** failures) / 2)
    expect(wait).toBeLessThanOrEqual(300_000)
  }
  expect(retryIn(0, 60_000)).toBe(60_000)
  expect(retryIn(0, Number.NaN)).toBeLessThanOrEqual(2_000)
  expect(retryIn(0, Number.POSITIVE_INFINITY)).toBe(86_400_000)
  expect(retryIn(0, 60_000.5)).toBe(60_001)
})
