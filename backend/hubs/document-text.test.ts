import { expect, test } from 'vitest'
import { readDocumentText } from './document-text.ts'

const thrown = (text: string, format: 'json' | 'yaml') => {
  try {
    readDocumentText(text, format)
  } catch (error) {
    return error
  }
  throw new Error('It was taken.')
}

test.each([
  ['json', '\ufeff{"title":"Team"}'],
  ['yaml', '\ufefftitle: Team\n'],
  ['yaml', '# ours\ntitle: "Team"'],
  ['yaml', '{"title":"Team"}'],
] as const)('%s is read, with and without a byte order mark', (format, text) => {
  expect(readDocumentText(text, format).value).toEqual({ title: 'Team' })
})

test('YAML means what YAML 1.2 says', () => {
  const { value } = readDocumentText('a: no\nb: 012\nc: 2026-01-31\nd: |\n  two\n  lines\ne: [1, ~]', 'yaml')
  expect(value).toEqual({ a: 'no', b: 12, c: '2026-01-31', d: 'two\nlines\n', e: [1, null] })
})

const yaml = `title: Team
widgets:
  - type: notes
    config:
      text: 5
`
const json = `{
  "title": "Team",
  "widgets": [
    { "type": "notes", "a/b": { "text": 5 } }
  ]
}`

test.each([
  ['yaml', yaml, '/widgets/0/config/text', { line: 5, column: 13 }],
  ['yaml', yaml, '/widgets/0/position', { line: 3, column: 5 }],
  ['yaml', yaml, '', { line: 1, column: 1 }],
  ['json', json, '/widgets/0/a~1b/text', { line: 4, column: 41 }],
  ['json', json, '/summary', { line: 1, column: 1 }],
] as const)('%s: a field has a place', (format, text, field, place) => {
  expect(readDocumentText(text, format).place(field)).toEqual(place)
})

test.each([
  ['json', '{\n  "title": "Team",\n  "summary": ]', { line: 3, column: 14 }],
  ['json', 'title: Team', undefined],
  ['yaml', 'title: [1,\nsummary: x', { line: 2, column: 1 }],
  ['yaml', 'a: 1\na: 2', { line: 2, column: 1 }],
  ['yaml', 'a: [1, { b: 1, "c": 2, "b": 3 }]', { line: 1, column: 24 }],
  ['yaml', 'a: 1\n---\nb: 2\n', { line: 2, column: 1 }],
] as const)('%s: a fault in the text is told with its place', (format, text, place) => {
  expect(thrown(text, format)).toMatchObject({ code: 'document-text', place })
})

const many = Array.from({ length: 60_000 }, (_, n) => `k${n}`)

// Compared one with another they would take a minute.
test.each([
  ['below each other', (keys: readonly string[]) => keys.map((key) => `${key}: 1`).join('\n')],
  ['in one line', (keys: readonly string[]) => `{${keys.join()}}`],
])('many keys are read in a time that grows as they do: %s', (_, textOf) => {
  expect(Object.keys(readDocumentText(textOf(many), 'yaml').value as object)).toEqual(many)
  expect(thrown(textOf([...many, 'k59999']), 'yaml')).toMatchObject({
    message: 'It is not YAML: Map keys must be unique.',
  })
})

test('an anchor may be used many times, but not thousands', () => {
  const used = (times: number) => `a: &a 1\nb: [${Array(times).fill('*a').join()}]`
  expect(readDocumentText(used(100), 'yaml').value).toEqual({ a: 1, b: Array(100).fill(1) })
  expect(thrown(used(101), 'yaml')).toMatchObject({
    message: 'It has more than 100 aliases (*name): write out what they stand for.',
    place: { line: 2 },
  })
  // Each of an anchor of its own, which no other bound holds.
  const each = Array.from({ length: 101 }, (_, n) => `- &a${n} x\n- *a${n}`).join('\n')
  expect(thrown(each, 'yaml')).toMatchObject({ place: { line: 202 } })
})

test.each([
  ['nothing', ''],
  ['brackets without end', '['.repeat(100_000)],
  ['brackets in pairs', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['items without end', '- '.repeat(100_000)],
  ['keys without end', '? '.repeat(100_000)],
  ['steps without end', Array.from({ length: 1_000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
  [
    'a billion laughs',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`).join('\n')}`,
  ],
])('refused, and soon: %s', (_, text) => {
  expect(thrown(text, 'yaml')).toMatchObject({ code: 'document-text' })
})

test.each(['- ', '? ', 'a: ', '"a": ', '[', '{a: '])(
  'what is nested too deeply is not composed (%j)',
  (level) => {
    expect(thrown(level.repeat(100_000), 'yaml')).toMatchObject({ message: 'It is nested too deeply.' })
  },
)

test('a long line of prose, or one far to the right, is not nested', () => {
  const text = `a: "${'- a: b [ '.repeat(1_000)}"\n${' '.repeat(300)}# far\nb: 1`
  expect(readDocumentText(text, 'yaml').value).toMatchObject({ b: 1 })
})
