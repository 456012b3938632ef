import { expect, test } from 'vitest'
import { recent } from './recent.ts'

test('what was asked for last is kept, and made once', () => {
  const made: string[] = []
  const kept = recent<string, string>(2)
  const ask = (key: string) =>
    kept.get(key, () => {
      made.push(key)
      return key.toUpperCase()
    })
  expect(['a', 'b', 'a', 'c', 'a'].map(ask)).toEqual(['A', 'B', 'A', 'C', 'A'])
  expect(made).toEqual(['a', 'b', 'c'])
  expect(kept.peek('b')).toBeUndefined()
  expect(ask('b')).toBe('B')
  expect(kept.peek('c')).toBeUndefined()
})
