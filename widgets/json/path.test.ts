import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../define.ts'
import { evaluate } from './evaluate.ts'
import { parseJson } from './parse-json.ts'
import { follow, pathOf } from './path.ts'

test.each([
  ['$', []],
  ['a', ['a']],
  ['$.a', ['a']],
  ['a.b[0].c', ['a', 'b', 0, 'c']],
  ['latency.p95', ['latency', 'p95']],
])('%s is a path', (expression, steps) => expect(pathOf(expression)).toEqual(steps))

test.each([
  'a[',
  'a[-1]',
  'a.*',
  '$sum(a)',
  'a + 1',
  '"a"',
  'a[b=1]',
  'true',
  'a.null',
  'a in b',
  'a[0][1]',
  '$a',
  '1',
])('%s is something else', (expression) => expect(pathOf(expression)).toBeUndefined())

test('what a path picks is what the evaluator picks', async () => {
  const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'length')
  const leaf = fc.constantFrom<Json>(null, true, 0, 1.5, '', 'text', 9007199254740991)
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  }))
  const step = fc
    .tuple(name, fc.option(fc.nat(2)))
    .map(([field, place]) => field + (place === null ? '' : `[${place}]`))
  const path = fc.oneof(
    fc.constant('$'),
    fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('.')),
  )
  let followed = 0
  await fc.assert(
    fc.asyncProperty(value, path, async (given, expression) => {
      const text = JSON.stringify(given)
      const picked = follow(pathOf(expression) ?? [], parseJson(text, 'texts').value)
      if (picked === undefined) return
      followed++
      expect(picked).toEqual(await evaluate(expression, text))
    }),
    { numRuns: 3_000 },
  )
  expect(followed).toBeGreaterThan(1_000)
})
