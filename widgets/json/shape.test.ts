import { expect, test } from 'vitest'
import type { Json } from '../define.ts'
import { shape } from './shape.ts'

const table = (columns: string[], rows: Json[][], more = 0) => ({ as: 'table', columns, rows, more })
const list = (items: string[], more = 0) => ({ as: 'list', items, more })

test.each<[Json | undefined, object]>([
  [3, { as: 'number', value: 3 }],
  ['x', { as: 'text', value: 'x' }],
  [true, { as: 'text', value: 'true' }],
  [[], list([])],
  [['a', 1, null, { b: 2 }], list(['a', '1', 'null', '{"b":2}'])],
  [
    [{ a: 1 }, { b: [2], a: null }],
    table(
      ['a', 'b'],
      [
        [1, null],
        [null, '[2]'],
      ],
    ),
  ],
  [
    [[1, 'x'], [2]],
    table(
      ['1', '2'],
      [
        [1, 'x'],
        [2, null],
      ],
    ),
  ],
  [
    { up: true, load: 0.5 },
    table(
      ['name', 'value'],
      [
        ['up', true],
        ['load', 0.5],
      ],
    ),
  ],
])('%j is shown as what suits it', (value, data) => expect(shape(value, null, false)).toEqual(data))

test.each<[Json | undefined, 'number' | 'text' | 'list' | 'table', object]>([
  ['12.5', 'number', { as: 'number', value: 12.5 }],
  [12.5, 'text', { as: 'text', value: '12.5' }],
  [{ a: 1 }, 'text', { as: 'text', value: '{"a":1}' }],
  ['one', 'list', list(['one'])],
  [undefined, 'list', list([])],
  [null, 'table', table([], [])],
  [['a', 2], 'table', table(['value'], [['a'], [2]])],
  [JSON.parse('[{"__proto__":1,"constructor":2}]'), 'table', table(['__proto__', 'constructor'], [[1, 2]])],
])('%j as %s', (value, as, data) => expect(shape(value, as, false)).toEqual(data))

test.each<[Json | undefined, 'number' | 'text' | 'list' | 'table' | null, boolean, object]>([
  [null, null, false, { as: 'text', value: null }],
  [null, 'text', false, { as: 'text', value: null }],
  [null, 'number', false, { as: 'number', value: null }],
  [undefined, null, true, list([])],
  [undefined, 'list', true, list([])],
  [undefined, 'table', true, table([], [])],
  [undefined, 'number', true, { as: 'number', value: null }],
  [undefined, 'text', true, { as: 'text', value: null }],
  ['web', null, true, list(['web'])],
  ['web', 'text', true, { as: 'text', value: 'web' }],
  [7, null, true, list(['7'])],
  [7, 'number', true, { as: 'number', value: 7 }],
  [{ name: 'web', n: 1 }, null, true, table(['name', 'n'], [['web', 1]])],
  [{ name: 'web', n: 1 }, 'table', true, table(['name', 'n'], [['web', 1]])],
  [{ name: 'web', n: 1 }, 'list', true, list(['{"name":"web","n":1}'])],
  [['a', 'b'], null, true, list(['a', 'b'])],
])('%j as %s, of a sequence: %s', (value, as, many, data) => expect(shape(value, as, many)).toEqual(data))

test.each(['9007199254740993', '-1234567890123456789'])('%s keeps its digits as a number', (digits) => {
  expect(shape(digits, 'number', false)).toEqual({ as: 'number', value: digits })
})

test.each<[Json | undefined, 'number' | 'text' | null, string]>([
  [undefined, null, 'nothing in the answer'],
  [undefined, 'number', 'nothing in the answer'],
  ['', 'number', 'not a number'],
  ['12 apples', 'number', 'not a number'],
  ['Infinity', 'number', 'not a number'],
  [true, 'number', 'not a number'],
  [[1, 2], 'number', 'not a number'],
])('%j as %s fails in words', (value, as, words) => {
  expect(() => shape(value, as, false)).toThrow(words)
})

test('what is long is cut and counted', () => {
  const long = Array.from({ length: 130 }, (_, place) => ({ place }))
  expect(shape(long, 'list', false)).toEqual(expect.objectContaining({ more: 30 }))
  expect(shape(long, 'table', false)).toEqual(expect.objectContaining({ more: 30 }))
  expect(shape('x'.repeat(3000), 'text', false)).toEqual({ as: 'text', value: `${'x'.repeat(1999)}…` })
  expect(shape([`${'x'.repeat(298)}😀😀`], 'list', false)).toEqual(list([`${'x'.repeat(298)}…`]))
  const wide = [Object.fromEntries(Array.from({ length: 20 }, (_, place) => [`c${place}`, place]))]
  expect(shape(wide, 'table', false)).toEqual(
    expect.objectContaining({ columns: expect.objectContaining({ length: 12 }) }),
  )
})
