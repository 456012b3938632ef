import jsonata from 'jsonata'
import { expect, test, vi } from 'vitest'
import { compiles } from './compiles.ts'

vi.mock('jsonata', async (original) => {
  const real = await original<{ default: typeof jsonata }>()
  return { default: vi.fn(real.default) }
})

function truly(expression: string): boolean {
  try {
    jsonata(expression)
    return true
  } catch {
    return false
  }
}

test('expressions that differ in numbers alone are compiled once', () => {
  vi.mocked(jsonata).mockClear()
  for (let team = 0; team < 500; team++)
    expect(compiles(`services[team=${team}].p95 * ${team + 1}`)).toBe(true)
  expect(vi.mocked(jsonata).mock.calls.length).toBe(1)
})

test('whatever was asked before, an expression compiles here if it does there', () => {
  const templates = [
    'a[#] + #',
    'a[-#]',
    'a.# + b',
    'a# + b',
    '$#',
    '# # ',
    '#.#',
    '#.',
    '#e#',
    '#e+#',
    '#E-#',
    'a.e-#',
    '##',
    '"#" & a',
    "'\\u#' & a",
    "'\\u00# ' & a",
    '`#`.b',
    '$match(a, /x{#,1}/)',
    '/* # */ a',
    'a ~> $round(#)',
    '[#..#]',
    'a ? # : #',
    '{"a": #}',
    'function($x)<n#:n>{$x}(#)',
    'a[#',
    '#a',
    'a.b[#].c^(<d, #)',
    '-#',
    '% + #',
    'a@$x[#]',
    'a#$i[#]',
  ]
  const numbers = ['0', '00', '1', '01', '7', '10', '12345', '123456789012345', '9'.repeat(400)]
  const expressions = templates.flatMap((template) =>
    numbers.flatMap((one) =>
      numbers.map((other) => {
        let n = 0
        return template.replace(/#/g, () => (n++ % 2 === 0 ? one : other))
      }),
    ),
  )
  for (const order of [expressions, expressions.toReversed()])
    for (const expression of order)
      expect([expression, compiles(expression)]).toEqual([expression, truly(expression)])
})
