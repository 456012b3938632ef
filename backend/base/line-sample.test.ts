import { expect, test, vi } from 'vitest'
import { lineSample } from './line-sample.ts'

test('of one kind a line is taken, and after ten seconds the next, with the number of those left out', () => {
  vi.useFakeTimers()
  const lines = lineSample()
  expect([lines.take('a'), lines.take('a'), lines.take('b'), lines.take('a')]).toEqual([
    {},
    undefined,
    {},
    undefined,
  ])
  vi.advanceTimersByTime(10_000)
  expect(lines.take('a')).toEqual({ unsaid: 2 })
  vi.advanceTimersByTime(10_000)
  expect(lines.take('a')).toEqual({})
  vi.useRealTimers()
})
