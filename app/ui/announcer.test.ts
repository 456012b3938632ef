import { expect, test } from 'vitest'
import { announcement } from './announcer.tsx'

test.each([
  [['Builds'], 'Builds changed.'],
  [['Builds', 'Pulls'], 'Builds and Pulls changed.'],
  [['A', 'B', 'C'], 'A, B and C changed.'],
  [['A', 'B', 'C', 'D', 'E'], 'A, B, C and 2 more changed.'],
])('%j is announced as “%s”', (titles, text) => {
  expect(announcement(titles)).toBe(text)
})
