import { expect, test } from 'vitest'
import { line } from '../builds/run.ts'
import { wholeCharacters } from './whole-characters.ts'

test.each([
  ['', 3, ''],
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['🙂🙂🙂', 3, '🙂🙂🙂'],
  ['🙂🙂🙂🙂', 3, '🙂🙂…'],
  [`a${'🙂'.repeat(100_000)}`, 3, 'a🙂…'],
])('%j in %i', (text, length, shown) => expect(wholeCharacters(text, length)).toBe(shown))

test('a line of a build that is whole does not say that something was left out', () => {
  const name = '🙂'.repeat(150)
  expect(line.parse(name)).toBe(name)
})
