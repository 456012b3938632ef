import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { type DataOf, implement } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { load } from './loader.ts'
import JsonView from './view.tsx'
import { json } from './widget.ts'

const type = implement(json, load)
const config = (given: object) => json.config.parse({ url: 'https://a.example/x.json', ...given })

describe('events', () => {
  const interests = json.interests(config({ refreshOn: ['deploy.prod.*', 'status.>'] }))

  test.each(['deploy.prod.web', 'status.api', 'status.api.down'])('%s makes it stale', (topic) => {
    expect(matches(interests, { topic })).toBe(true)
  })

  test.each(['deploy.prod', 'deploy.staging.web', 'deploy.prod.web.done', 'status', ''])(
    '%j does not',
    (topic) => {
      expect(matches(interests, { topic })).toBe(false)
    },
  )

  test('without refreshOn nothing does', () => {
    expect(matches(json.interests(config({})), { topic: 'deploy.prod.web' })).toBe(false)
  })
})

test('how a value is called and written does not make another result of it, how often it is read does', () => {
  const params = (given: object) => type.params(config(given))
  const looks = { label: 'Load', unit: 'ms', refreshOn: ['a'], format: { n: 'money' }, currency: 'EUR' }
  expect(params(looks)).toEqual(params({}))
  for (const given of [{ pick: 'a' }, { as: 'text' }, { maxAge: 5 }]) {
    expect(params(given)).not.toEqual(params({}))
  }
})

test.each([
  ['no address', { url: undefined }],
  ['a file', { url: 'file:///etc/passwd' }],
  ['a password', { url: 'https://me:pw@a.example/' }],
  ['an expression that does not compile', { pick: 'jobs[' }],
  ['an expression nested without end', { pick: '('.repeat(2000) }],
  ['an endless one', { pick: 'a'.repeat(2001) }],
  ['another way to show it', { as: 'chart' }],
  ['a topic that is no pattern', { refreshOn: ['a..b'] }],
  ['reading it all the time', { maxAge: 1 }],
  ['a format that is none', { format: 'roman' }],
  ['a column of a format that is none', { format: { n: 'roman' } }],
  ['money of no currency', { format: 'money' }],
  ['money of no currency in a column', { format: { total: 'money' } }],
  ['a currency that is none', { format: 'money', currency: 'euro' }],
  ['an unknown field', { path: 'a' }],
])('refuses %s', (_, given) => {
  expect(json.config.safeParse({ url: 'https://a.example', ...given }).success).toBe(false)
})

describe('the view', () => {
  const render = (data: DataOf<typeof json>, given: object = {}) =>
    renderToStaticMarkup(<JsonView data={data} config={config(given)} />)

  test('shows a number with its label and unit', () => {
    const html = render({ as: 'number', value: 1234.56789 }, { label: 'Latency', unit: 'ms' })
    for (const text of ['1,234.56789', '>\u00a0ms<', '>Latency<']) expect(html).toContain(text)
  })

  test.each([
    [0, '0'],
    [-0.5, '-0.5'],
    [0.00001234, '1.234e-5'],
    [1e21, '1e+21'],
    [99.99999, '99.99999'],
    [123_456_789, '123,456,789'],
  ])('shows %d as %s', (value, text) => expect(render({ as: 'number', value })).toContain(`>${text}<`))

  test('shows a text, escaped, links as links', () => {
    expect(render({ as: 'text', value: '<b>' })).toContain('&lt;b&gt;')
    expect(render({ as: 'text', value: 'https://a.example/' })).toContain('href="https://a.example/"')
    expect(render({ as: 'text', value: 'javascript:alert(1)' })).not.toContain('href')
  })

  test('shows a list and how much more there is', () => {
    const html = render({ as: 'list', items: ['one', 'two', 'two'], more: 1200 }, { label: 'Jobs' })
    for (const text of ['Jobs', 'one', 'two', 'and 1,200 more']) expect(html).toContain(text)
  })

  test('shows a table, numbers at the right', () => {
    const html = render({
      as: 'table',
      columns: ['name', 'n', 'up'],
      rows: [
        ['a', 1, true],
        ['b', null, false],
      ],
      more: 0,
    })
    for (const text of ['>name<', '>1<', '>yes<', '>no<', '>–<']) expect(html).toContain(text)
    expect(html).toMatch(/text-right[^>]*>n</)
    expect(html).not.toMatch(/text-right[^>]*>name</)
  })

  const ids: DataOf<typeof json> = {
    as: 'table',
    columns: ['id', 'year', 'port', 'issue', 'stars', 'size', 'spent'],
    rows: [[7483721, 2021, 8080, 12345, 1234, 2048, '12.5']],
    more: 0,
  }

  test('does not group the digits of ids, years and ports', () => {
    for (const text of ['7483721', '2021', '8080', '12345', '1,234', '2,048', '12.5'])
      expect(render(ids)).toContain(`>${text}<`)
  })

  test('writes columns as they are said to be', () => {
    const format = { size: 'bytes', spent: 'money', year: 'number' }
    const html = render(ids, { format, currency: 'EUR' })
    for (const text of ['7483721', '2,021', '2 KiB', '€12.50']) expect(html).toContain(`>${text}<`)
    expect(render(ids, { format: 'bytes' })).toContain('>1.2 KiB<')
    expect(render(ids, { format: 'bytes' })).toContain('>7483721<')
  })

  test('shows digits that JavaScript would round', () => {
    const rows = [['id', '9007199254740993']]
    expect(render({ as: 'table', columns: ['name', 'value'], rows, more: 0 })).toContain('>9007199254740993<')
    expect(render({ as: 'number', value: '9007199254740993' })).toContain('>9,007,199,254,740,993<')
    expect(render({ as: 'number', value: '9007199254740993' }, { pick: 'job.id' })).toContain(
      '>9007199254740993<',
    )
    expect(render({ as: 'number', value: 2021 }, { pick: 'release.year' })).toContain('>2021<')
    expect(render({ as: 'number', value: 2021 }, { pick: '$count(year)' })).toContain('>2,021<')
  })

  test('shows a long number in few characters where there is no room for all of it', () => {
    const html = render({ as: 'number', value: 12_345_678.9 }, { unit: 'requests' })
    for (const text of ['>12,345,678.9<', '"12.3M"', '\u00a0requests']) expect(html).toContain(text)
  })

  test.each<[DataOf<typeof json>, string]>([
    [{ as: 'number', value: null }, 'Nothing here now'],
    [{ as: 'text', value: null }, 'Nothing here now'],
    [{ as: 'list', items: [], more: 0 }, 'Nothing in this list'],
    [{ as: 'table', columns: [], rows: [], more: 0 }, 'Nothing in this table'],
    [{ as: 'text', value: '' }, 'An empty text'],
  ])('says when there is nothing: %j', (data, words) => expect(render(data)).toContain(words))
})
