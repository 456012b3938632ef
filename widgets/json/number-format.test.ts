import { expect, test } from 'vitest'
import { compactText, type Format, formatted, isIdName } from './number-format.ts'

test.each<[number | string, Format, string]>([
  [2021, 'number', '2,021'],
  [2021, 'id', '2021'],
  [35_660_212_261, 'id', '35660212261'],
  ['9007199254740993', 'id', '9007199254740993'],
  ['9007199254740993', 'number', '9,007,199,254,740,993'],
  [99.99999, 'number', '99.99999'],
  [99.99999, 'percent', '99.99999%'],
  [99.999999999, 'percent', '99.999999999%'],
  [1234.56789, 'number', '1,234.56789'],
  [1 / 3, 'number', '0.3333'],
  [0.1 + 0.2, 'number', '0.3'],
  [0.00001234, 'number', '1.234e-5'],
  [1e21, 'number', '1e+21'],
  [0, 'number', '0'],
  [-12.5, 'percent', '-12.5%'],
  [0, 'bytes', '0 B'],
  [1023, 'bytes', '1,023 B'],
  [1536, 'bytes', '1.5 KiB'],
  [1_048_575, 'bytes', '1 MiB'],
  ['9007199254740993', 'bytes', '8 PiB'],
  [0.25, 'duration', '250 ms'],
  [2.5, 'duration', '2.5 s'],
  [75, 'duration', '1 min 15 s'],
  [3600, 'duration', '1 h'],
  [93_784, 'duration', '1 d 2 h'],
  [-75, 'duration', '-1 min 15 s'],
  [1_767_225_600, 'date', '2026-01-01'],
  [1_767_268_800_000, 'date', '2026-01-01 12:00 UTC'],
  ['2026-01-31T12:00:00+02:00', 'date', '2026-01-31 10:00 UTC'],
  ['soon', 'date', 'soon'],
  [12.5, 'money', '$12.50'],
  ['12.5', 'number', '12.5'],
  ['twelve', 'number', 'twelve'],
])('%j as %s is %s', (value, format, text) => expect(formatted(value, format)).toBe(text))

test('money is of its currency', () => {
  expect(formatted(1234.5, 'money', 'EUR')).toBe('€1,234.50')
  expect(formatted(1234, 'money', 'JPY')).toBe('¥1,234')
})

test.each([
  [12_345_678.9, '12.3M'],
  [-1_000_000, '-1M'],
  ['9007199254740993', '9010T'],
])('%j in few characters is %s', (value, text) => expect(compactText(value)).toBe(text))

test.each([
  'id',
  '_number',
  'year',
  'port',
  'issue',
  'buildId',
  'user_id',
  'PR',
  'Build number',
  '#',
  'build',
])('%s names an id', (name) => expect(isIdName(name)).toBe(true))

test.each(['n', 'count', 'issues', 'ids_seen', 'load', 'paid', 'bytes', 'duration', 'idle', ''])(
  '%s does not',
  (name) => expect(isIdName(name)).toBe(false),
)
