import { CloudEvent, HTTP } from 'cloudevents'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRefusal } from '../base/refusal.ts'
import { BATCH_EVENTS, EVENT_LIMIT, type Reading, readCloudEvents } from './cloud-event.ts'
import { encodeEvent } from './event.ts'

const now = Date.parse('2026-03-01T08:00:00Z')
const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' }
const batch = { 'content-type': 'application/cloudevents-batch+json' }
const base = { specversion: '1.0', id: '1', source: '/ci', type: 'ci.build.done' }

function read(headers: Record<string, string>, body: unknown): Reading {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return readCloudEvents({ headers, body: bytes, now })
}
function events(reading: Reading) {
  if (isRefusal(reading)) throw new Error(JSON.stringify(reading))
  return reading.events
}
function refusal(reading: Reading) {
  if ('events' in reading) throw new Error(JSON.stringify(reading.events))
  return reading
}

test('a structured event', () => {
  const event = {
    ...base,
    subject: 'web',
    time: '2026-02-28T23:59:59.5+01:00',
    team: 'a',
    retries: 2,
    data: { ok: true },
  }
  expect(events(read(structured, event))).toEqual([
    {
      id: '1',
      source: '/ci',
      type: 'ci.build.done',
      topic: 'ci.build.done',
      subject: 'web',
      time: Date.parse('2026-02-28T22:59:59.500Z'),
      extensions: { team: 'a', retries: 2 },
      data: { ok: true },
    },
  ])
})

test('plain JSON is read as a structured event; what it leaves out is filled in', () => {
  expect(events(read({ 'content-type': 'application/json' }, { ...base, subject: null }))).toEqual([
    {
      id: '1',
      source: '/ci',
      type: 'ci.build.done',
      topic: 'ci.build.done',
      time: now,
      extensions: {},
      data: null,
    },
  ])
})

test('a time that was never set is no time', () => {
  const [event] = events(read(structured, { ...base, time: '0001-01-01T00:00:00Z' }))
  expect(event?.time).toBe(now)
})

test('a byte order mark is no part of the JSON', () => {
  expect(events(read(structured, `\ufeff${JSON.stringify(base)}`))).toHaveLength(1)
})

test('the attribute topic decides where it goes', () => {
  const event = { ...base, type: 'com.github.Pull Request', topic: 'github.acme.api' }
  expect(events(read(structured, event))).toMatchObject([{ topic: 'github.acme.api', extensions: {} }])
})

test('the binary mode, its attributes percent-encoded', () => {
  const headers = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': 'a%20%22b%22',
    'ce-source': '"quoted \\"source\\""',
    'ce-type': 'ci.gr%C3%B6%C3%9Fe',
    'ce-team': Buffer.from('Größe').toString('latin1'),
  }
  expect(events(read(headers, [1, null]))).toMatchObject([
    {
      id: 'a "b"',
      source: 'quoted "source"',
      topic: 'ci.größe',
      extensions: { team: 'Größe' },
      data: [1, null],
      datacontenttype: 'application/json',
    },
  ])
})

test('the binary mode carries text and bytes', () => {
  const ce = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 's', 'ce-type': 't' }
  expect(events(read({ ...ce, 'content-type': 'text/plain' }, 'done'))).toMatchObject([{ data: 'done' }])
  const [event] = events(read({ ...ce, 'content-type': 'image/png' }, Buffer.from([255, 0, 1])))
  expect(event).toMatchObject({ data: '/wAB', base64: true })
  expect(JSON.parse(encodeEvent(event as never))).toMatchObject({ data_base64: '/wAB' })
  expect(events(read(ce, ''))).toMatchObject([{ data: null }])
})

test('what the SDK of CloudEvents sends is understood in each mode', () => {
  const sent = new CloudEvent({ ...base, subject: 'grün', team: 'ü %', data: { n: 1 } })
  for (const message of [HTTP.structured(sent), HTTP.binary(sent)]) {
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    )
    expect(events(read(headers, message.body as string))).toMatchObject([
      { id: '1', source: '/ci', data: { n: 1 } },
    ])
  }
})

test('a batch', () => {
  expect(events(read(batch, [base, { ...base, id: '2' }])).map(({ id }) => id)).toEqual(['1', '2'])
  expect(events(read(batch, []))).toEqual([])
})

test('a batch is refused whole, naming each bad event', () => {
  const bad = refusal(read(batch, [base, { ...base, id: 7 }, base, 'x', { ...base, topic: 'a..b' }]))
  expect(bad).toEqual({
    refused: 'malformed',
    detail: 'Nothing was accepted: 3 of 5 events are bad (1, 3, 4).',
    errors: [
      { field: '/1/id', message: 'must be text' },
      { field: '/3', message: 'must be a JSON object, an event' },
      { field: '/4/topic', message: 'must be non-empty tokens joined by dots' },
    ],
  })
})

test.each<[string, object, string, string]>([
  ['no id', { id: undefined }, '/id', 'is missing'],
  ['an empty source', { source: '' }, '/source', 'must not be empty'],
  ['a control character', { source: 'a\u0000' }, '/source', 'must hold no control characters'],
  ['half a character', { id: '\ud800' }, '/id', 'must hold no control characters'],
  ['a long id', { id: 'x'.repeat(1025) }, '/id', 'must be at most 1024 bytes'],
  ['another version', { specversion: '0.3' }, '/specversion', 'must be "1.0"'],
  [
    'a time that is none',
    { time: '2026-02-30T00:00:00Z' },
    '/time',
    'must be a time such as 2026-01-31T12:00:00Z',
  ],
  ['a date', { time: '2026-02-20' }, '/time', 'must be a time such as 2026-01-31T12:00:00Z'],
  [
    'a time before 1970',
    { time: '1970-01-01T00:00:00+01:00' },
    '/time',
    'must be a time between the years 1970 and 9999',
  ],
  [
    'a type no topic can be',
    { type: 'a b' },
    '/type',
    'serves as the topic, so it must hold no blanks and no control characters; or add the attribute topic',
  ],
  ['an extension that is an object', { team: {} }, '/team', 'must be text, a number, or true or false'],
  [
    'an extension in capitals',
    { Team: 'x' },
    '/Team',
    'must be named with lower-case letters and digits alone',
  ],
  ['both kinds of data', { data: 1, data_base64: 'AA==' }, '/data_base64', 'must not stand beside data'],
  ['no base64', { data_base64: '?' }, '/data_base64', 'must be base64'],
])('refused: %s', (_, fields, field, message) => {
  const { refused, errors } = refusal(read(structured, { ...base, ...fields }))
  expect({ refused, errors }).toEqual({ refused: 'malformed', errors: [{ field, message }] })
})

test('refused: __proto__ as an attribute', () => {
  const body = '{"specversion":"1.0","id":"1","source":"s","type":"t","__proto__":"x"}'
  expect(refusal(read(structured, body)).errors).toEqual([
    { field: '/__proto__', message: 'must be named with lower-case letters and digits alone' },
  ])
})

test('a bad header is named', () => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': '%FF', 'ce-type': 't', 'ce-data': 'x' }
  expect(refusal(read(headers, '{}')).errors).toEqual([
    { field: 'ce-id', message: 'must be percent-encoded UTF-8' },
    { field: 'ce-data', message: 'is no attribute of the binary mode' },
    { field: 'ce-id', message: 'is missing' },
    { field: 'ce-source', message: 'is missing' },
  ])
})

test('nothing deeper than what can be serialised', () => {
  const deep = (levels: number) =>
    `{"specversion":"1.0","id":"1","source":"s","type":"t","data":${'['.repeat(levels)}${']'.repeat(levels)}}`
  expect(events(read(structured, deep(128)))).toHaveLength(1)
  expect(refusal(read(structured, deep(129))).errors).toEqual([
    { field: '/data', message: 'must be at most 128 levels deep' },
  ])
  expect(refusal(read(structured, deep(100_000))).refused).toBe('malformed')
  expect(refusal(read(structured, '['.repeat(200_000))).refused).toBe('malformed')
})

test('a number that JSON can say and we cannot is refused, not made null', () => {
  const body = '{"specversion":"1.0","id":"1","source":"s","type":"t","data":[{"n":1e999}]}'
  expect(refusal(read(structured, body)).errors).toEqual([
    { field: '/data', message: 'must hold no number too large for a double' },
  ])
})

test('an event has at most 256 KiB as it goes on the bus', () => {
  const envelope = (length: number) => ({
    ...base,
    time: '2026-01-01T00:00:00.000Z',
    data: 'x'.repeat(length),
  })
  const room = EVENT_LIMIT - encodeEvent(events(read(structured, envelope(0)))[0] as never).length
  expect(events(read(structured, envelope(room)))).toHaveLength(1)
  expect(refusal(read(structured, envelope(room + 1)))).toMatchObject({
    refused: 'too-large',
    detail: 'The event is refused. It must be at most 256 KiB.',
  })
  expect(refusal(read(batch, [base, envelope(room + 1)]))).toMatchObject({
    refused: 'too-large',
    errors: [{ field: '/1' }],
  })
})

test('a batch has at most 500 events', () => {
  expect(events(read(batch, Array(BATCH_EVENTS).fill(base)))).toHaveLength(BATCH_EVENTS)
  expect(refusal(read(batch, Array(BATCH_EVENTS + 1).fill(base))).refused).toBe('too-large')
})

test.each([
  [{}, '{}', 'media-type'],
  [{ 'content-type': 'text/html' }, '{}', 'media-type'],
  [{ 'content-type': 'application/cloudevents+avro' }, '{}', 'media-type'],
  [{ 'content-type': 'application/json; charset=latin1' }, '{}', 'media-type'],
  [structured, '', 'malformed'],
  [structured, '{', 'malformed'],
  [structured, '[]', 'malformed'],
  [structured, 'null', 'malformed'],
  [structured, Buffer.from([0x22, 0xff, 0x22]), 'malformed'],
  [batch, '{}', 'malformed'],
])('%j %s: %s', (headers, body, code) => {
  expect(refusal(read(headers as Record<string, string>, body)).refused).toBe(code)
})

const value = fc.jsonValue({ maxDepth: 3 })
const spoilt = fc.record(
  {
    specversion: value,
    id: fc.oneof(fc.string({ unit: 'binary' }), value),
    source: fc.oneof(fc.string(), value),
    type: fc.oneof(fc.constantFrom('a..b', '', 'x'.repeat(300)), value),
    topic: fc.oneof(fc.constantFrom('t', 't.u', '*'), value),
    time: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      value,
    ),
    team: value,
    data: value,
    data_base64: fc.oneof(fc.base64String(), value),
  },
  { requiredKeys: [] },
)
const nearly = fc.oneof(
  fc.constant(base),
  spoilt.map((fields) => ({ ...base, ...fields })),
  fc
    .record({ data: value, id: fc.string({ minLength: 1 }), n: fc.double() })
    .map((fields) => ({ ...base, ...fields })),
)
const contentType = fc.constantFrom(
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'text/plain',
)
const headers = fc
  .tuple(
    contentType,
    fc.dictionary(
      fc.constantFrom('ce-id', 'ce-type', 'ce-specversion', 'ce-x', 'ce-'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map(([type, rest]) => ({ ...rest, 'content-type': type }))
/** JSON as no `JSON.stringify` writes it. */
const wild = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '1e999',
      '-1e400',
      '-0',
      '9007199254740993',
      '0.1',
      '1e-400',
      'null',
      'true',
      '01',
      'NaN',
    ),
    fc.constantFrom('"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\x"', '"\u0001"', '"a"', '"\\u2028"'),
    fc.array(tie('text'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('"__proto__"', '"a"', '"a"', '"\\u0000"', '""', 'a'), tie('text')), {
        maxLength: 3,
      })
      .map((fields) => `{${fields.map(([name, value]) => `${name}: ${value}`).join(',')}}`),
  ),
})).text
const written = fc
  .tuple(fc.constantFrom('data', 'team', 'id', 'time', 'topic', '__proto__', 'data_base64'), wild)
  .map(([field, text]) => `{"specversion":"1.0","id":"1","source":"s","type":"t", "${field}":${text}}`)
const body = fc.oneof(
  written,
  written.map((text) => `[${text}]`),
  nearly.map((event) => JSON.stringify(event)),
  fc.array(nearly, { maxLength: 5 }).map((list) => JSON.stringify(list)),
  fc.json(),
  fc.uint8Array({ size: 'max', maxLength: 2000 }),
)

test('whatever is sent is refused with a reason or read to events that survive the bus', {
  timeout: 60_000,
}, () => {
  let accepted = 0
  fc.assert(
    fc.property(headers, body, (sent, bytes) => {
      const reading = read(sent, bytes)
      if (isRefusal(reading)) {
        expect(['malformed', 'too-large', 'media-type']).toContain(reading.refused)
        expect(reading.detail).not.toBe('')
        return
      }
      for (const event of reading.events) {
        accepted += 1
        const again = events(read(structured, encodeEvent(event)))
        // As JSON, to which -0 is 0.
        expect(JSON.stringify(again)).toBe(JSON.stringify([event]))
      }
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 3000) },
  )
  expect(accepted).toBeGreaterThan(50)
})
