import { expect, test } from 'vitest'
import { implement } from '../define.ts'
import { serve } from '../http-server.fixtures.ts'
import { load } from './loader.ts'
import { json } from './widget.ts'

const type = implement(json, load)
const config = (given: object) => json.config.parse({ url: 'https://a.example/x.json', ...given })

const services = [
  { name: 'api', up: true, load: 0.42 },
  { name: 'search', up: false, load: null },
]
const body = JSON.stringify({ incidents: [{ title: 'Slow' }], latency: { p95: 1234.5 }, services })
const loadFrom = async (given: object, status = 200, text = body) => {
  const { url, context } = await serve((_, response) => response.writeHead(status).end(text))
  return type.load(type.params(config({ ...given, url })), context)
}

test.each([
  [{ pick: 'latency.p95' }, { as: 'number', value: 1234.5 }, false],
  [{ pick: '$count(incidents)', as: 'text' }, { as: 'text', value: '1' }, false],
  [{ pick: 'incidents.title', as: 'list' }, { as: 'list', items: ['Slow'], more: 0 }, false],
  [{ pick: 'incidents[title="Down"]', as: 'list' }, { as: 'list', items: [], more: 0 }, true],
  [
    { pick: 'services' },
    { as: 'table', columns: ['name', 'up', 'load'], rows: services.map(Object.values), more: 0 },
    false,
  ],
])('%j', async (given, data, empty) => {
  expect(await loadFrom({ ...given, maxAge: 60 })).toEqual({
    data,
    empty,
    nextChangeAt: Date.UTC(2026, 0, 15, 12, 1),
  })
})

test('without an expression the whole answer is shown', async () => {
  expect((await loadFrom({}, 200, '[1,2]')).data).toEqual({ as: 'list', items: ['1', '2'], more: 0 })
})

const jobs = (...status: string[]) =>
  JSON.stringify({ jobs: status.map((each, n) => ({ name: ['web', 'api'][n], status: each, n: n + 1 })) })
const failed = { pick: 'jobs[status="failed"]' }
const rows = [
  ['web', 'failed', 1],
  ['api', 'failed', 2],
]

test.each([{ ...failed, as: 'table' }, failed])(
  '%j is a table of two rows, of one, and of none',
  async (given) => {
    const two = await loadFrom(given, 200, jobs('failed', 'failed'))
    const one = await loadFrom(given, 200, jobs('failed', 'passed'))
    const none = await loadFrom(given, 200, jobs('passed'))
    const columns = ['name', 'status', 'n']
    expect(two.data).toEqual({ as: 'table', columns, rows, more: 0 })
    expect(one.data).toEqual({ as: 'table', columns, rows: rows.slice(0, 1), more: 0 })
    expect(none).toMatchObject({ data: { more: 0 }, empty: true })
  },
)

test('a list of one name stays a list, and of none is empty and no failure', async () => {
  const given = { pick: 'jobs[status="failed"].name' }
  expect((await loadFrom(given, 200, jobs('failed'))).data).toEqual({ as: 'list', items: ['web'], more: 0 })
  expect(await loadFrom(given, 200, '{"jobs":[]}')).toMatchObject({ empty: true })
  for (const as of ['number', 'text'])
    expect(await loadFrom({ ...given, as }, 200, '{"jobs":[]}')).toMatchObject({
      data: { value: null },
      empty: true,
    })
})

const large = '{"id": 9007199254740993, "snowflake": 1234567890123456789}'

test.each([
  [
    { pick: 'snowflake', as: 'text' },
    { as: 'text', value: '1234567890123456789' },
  ],
  [
    { pick: 'snowflake', as: 'number' },
    { as: 'number', value: '1234567890123456789' },
  ],
  [
    { pick: '$', as: 'table' },
    {
      as: 'table',
      columns: ['name', 'value'],
      rows: [
        ['id', '9007199254740993'],
        ['snowflake', '1234567890123456789'],
      ],
      more: 0,
    },
  ],
])('large numbers keep their digits: %j', async (given, data) => {
  expect((await loadFrom(given, 200, large)).data).toEqual(data)
})

test('what Gerrit puts before its JSON is passed over', async () => {
  const text = ')]}\'\n[{"_number":1,"subject":"Fix"}]\n'
  expect((await loadFrom({}, 200, text)).data).toEqual({
    as: 'table',
    columns: ['_number', 'subject'],
    rows: [[1, 'Fix']],
    more: 0,
  })
})

test.each([
  [{}, 200, '<html>', 'upstream', 'did not answer with JSON'],
  [{}, 200, '', 'upstream', 'did not answer with JSON'],
  [{}, 500, '{}', 'upstream', 'answered 500.'],
  [{}, 429, '{}', 'limited', 'asks us to wait'],
  [{ pick: 'nowhere', as: 'number' }, 200, '{}', 'upstream', 'nothing in the answer'],
  [{ pick: '$sum("a")' }, 200, '{}', 'upstream', 'does not fit the answer'],
  [{ pick: '[1..10000000]' }, 200, '{}', 'refused', 'more time or room'],
  [{ pick: '$sum(1, 2, 3)' }, 200, '{}', 'upstream', 'does not fit the answer'],
  [{ pick: '$error("no")' }, 200, '{}', 'upstream', 'does not fit the answer'],
  [{ pick: 'function() { 1 }', as: 'text' }, 200, '{}', 'upstream', 'does not fit the answer'],
])('%j with %i %j fails in words', async (given, status, text, code, words) => {
  await expect(loadFrom(given, status, text)).rejects.toEqual(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  )
})

test('an address the server may not reach is refused, naming the setting', async () => {
  const { context } = await serve((_, response) => response.end(body))
  const params = type.params(config({ url: 'http://169.254.169.254/latest/meta-data' }))
  await expect(type.load(params, context)).rejects.toEqual(
    expect.objectContaining({ code: 'refused', message: expect.stringContaining('HUBS_FETCH_ALLOW') }),
  )
})
