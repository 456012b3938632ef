import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import type { Mutant } from './mutant.ts'

const file = 'app/live/core/version.ts'
const find = 'return x[0] - y[0] || x[1] - y[1]'

/** A mutant of how versions are compared, and what the gate has against it. */
async function faultOf(replace: string, more: { find?: string; test?: string } = {}) {
  const mutant: Mutant = {
    name: 'a mutant',
    breaks: 'A sentence.',
    patches: [{ file, find: more.find ?? find, replace }],
    caught: {
      project: 'unit',
      file: 'app/live/core/version.test.ts',
      test: more.test ?? 'versions are ordered by epoch, then by offset as numbers',
      says: /expected -899 to be greater than 0/,
    },
  }
  return (await judge(mutant)).fault
}

test('a mutant is caught by a test that fails and says what is expected of it', async () => {
  expect(await faultOf('return x[1] - y[1]')).toBeUndefined()
})

test('one that changes nothing survives', async () => {
  expect(await faultOf(`${find} || 0`)).toMatch(/survives/)
})

test('a test that fails otherwise, or code that does not run, catches nothing', async () => {
  expect(await faultOf('return y[0] - x[0]')).toMatch(/not as expected/)
  expect(await faultOf("throw new ReferenceError('expected -899 to be greater than 0')")).toMatch(
    /not as expected/,
  )
  expect(await faultOf('return (')).toMatch(/did not run/)
})

test('text that is not in the source, or more than once, is told', async () => {
  expect(await faultOf('', { find: 'return never' })).toMatch(
    /no longer applies: app\/live\/core\/version.ts has 0 times/,
  )
  expect(await faultOf('', { find: 'return' })).toMatch(/no longer applies/)
})

test('a test of another title is no test', async () => {
  expect(await faultOf('return 0', { test: 'versions are ordered by epoch' })).toMatch(/did not run/)
})
