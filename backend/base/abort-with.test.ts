import { expect, test } from 'vitest'
import { abortWith } from './abort-with.ts'

test('it is aborted when the signal is, or was before, for the same reason', () => {
  const [outer, inner, late] = [new AbortController(), new AbortController(), new AbortController()]
  abortWith(inner, outer.signal)
  expect(inner.signal.aborted).toBe(false)
  outer.abort('over')
  expect(inner.signal.reason).toBe('over')
  abortWith(late, outer.signal)
  expect(late.signal.reason).toBe('over')
})
