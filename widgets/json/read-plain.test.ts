import { expect, test } from 'vitest'
import { LoadFailure } from '../define.ts'
import { readAnswer } from './read-answer.ts'
import { readPlain } from './read-plain.ts'

const asked = { host: 'a.example', as: null } as const

test.each([
  ['{"a":{"b":[1,2]}}', 'a.b'],
  ['{"a":{"b":[1,2]}}', 'a.b[1]'],
  ['{"a":{"b":[1,2]}}', null],
  ['[{"a":1},{"a":2}]', '$'],
  ['{"id":9007199254740993}', 'id'],
  [')]}\'\n[{"_number":1}]', null],
  ['{"a":null}', 'a'],
])('%s, of which %s is picked, is read as in the sandbox', async (text, pick) => {
  expect(readPlain({ ...asked, text, pick })).toEqual(await readAnswer({ ...asked, text, pick }))
})

test('what is not there fails in the same words', async () => {
  const answer = { ...asked, text: '{}', pick: 'a.b' }
  const failure = await readAnswer(answer).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(LoadFailure)
  expect(() => readPlain(answer)).toThrow(failure as LoadFailure)
})

test.each([
  ['an expression', '{"a":1}', '$sum(a)'],
  ['a field of a list', '{"a":[{"b":1}]}', 'a.b'],
  ['a long answer', JSON.stringify({ a: 'x'.repeat(20_000) }), 'a'],
  ['what is no JSON', '<html>', null],
  ['a deep answer', `${'['.repeat(40)}${']'.repeat(40)}`, null],
  ['a very deep answer', `${'['.repeat(8_000)}${']'.repeat(8_000)}`, null],
])('%s is left to the sandbox', (_, text, pick) => {
  expect(readPlain({ ...asked, text, pick })).toBeUndefined()
})
