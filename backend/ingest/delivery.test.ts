import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVENT_LIMIT } from './cloud-event.ts'
import { decodeDelivery } from './delivery.ts'
import { encodeEvent, type HubEvent } from './event.ts'

const place = { topic: 'deploy.prod.web', stream: 'HUBS', sequence: 41, time: 1_760_000_000_000 }
const decode = (body: string | Uint8Array, where: Partial<typeof place> = {}) =>
  decodeDelivery({ ...place, ...where, body: typeof body === 'string' ? Buffer.from(body) : body })

test('a structured event comes off the bus as it was published', () => {
  const event: HubEvent = {
    id: 'é',
    source: '/ci',
    type: 'ci.done',
    topic: 'deploy.prod.web',
    subject: 'web',
    time: 5,
    datacontenttype: 'application/json',
    dataschema: '/schema',
    extensions: { team: 'a', n: 1, urgent: true },
    data: { version: '1.4' },
  }
  expect(decode(encodeEvent(event))).toEqual({ event: { ...event, receivedAt: place.time } })
})

test('any JSON is an event, named after its place on the bus', () => {
  expect(decode('{"version":"1.4"}')).toEqual({
    event: {
      id: 'HUBS:41:1760000000000',
      source: 'bus',
      type: 'deploy.prod.web',
      topic: 'deploy.prod.web',
      time: place.time,
      extensions: {},
      data: { version: '1.4' },
      receivedAt: place.time,
    },
  })
  for (const body of ['null', '7', '"x"', '[]', '[{"version":"1.0"}]']) {
    expect(decode(body)).toMatchObject({ event: { source: 'bus', data: JSON.parse(body) } })
  }
})

test('where it was published wins over what it says of its topic', () => {
  const body = '{"specversion":"1.0","id":"1","source":"s","type":"no topic","topic":"*"}'
  expect(decode(body)).toMatchObject({
    event: { topic: 'deploy.prod.web', type: 'no topic', extensions: {} },
  })
})

test.each<[string, string | Uint8Array, Partial<typeof place>, string]>([
  ['no JSON', 'hello', {}, 'The body is not JSON in UTF-8.'],
  ['nothing', '', {}, 'The body is not JSON in UTF-8.'],
  ['bytes', new Uint8Array([255, 254]), {}, 'The body is not JSON in UTF-8.'],
  ['a bad envelope', '{"specversion":"1.0","id":"1"}', {}, '/source is missing; /type is missing'],
  ['a topic with a star', '{}', { topic: 'a.*.b' }, 'The topic must hold no * and no >.'],
  ['too deep', '['.repeat(129) + ']'.repeat(129), {}, 'The body must be at most 128 levels deep.'],
  ['a number out of range', '[{"n":-1e999}]', {}, 'The body must hold no number too large for a double.'],
  ['too large', `"${'x'.repeat(EVENT_LIMIT)}"`, {}, 'The body is over 256 KiB.'],
])('refused: %s', (_, body, where, refused) => {
  expect(decode(body, where)).toEqual({ refused })
})

test('any bytes are an event or refused', { timeout: 60_000 }, () => {
  const body = fc.oneof(
    fc.uint8Array({ size: 'max', maxLength: 3000 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({
        specversion: fc.constantFrom('1.0', 1),
        id: fc.jsonValue(),
        source: fc.jsonValue(),
        type: fc.jsonValue(),
        x: fc.jsonValue(),
      })
      .map((event) => Buffer.from(JSON.stringify(event))),
  )
  fc.assert(
    fc.property(body, fc.string({ unit: 'binary' }), (bytes, topic) => {
      const decoded = decode(bytes, { topic })
      if ('refused' in decoded) expect(decoded.refused).not.toBe('')
      else expect(decoded.event).toMatchObject({ topic, receivedAt: place.time })
    }),
    { numRuns: 2000 },
  )
})

const original = (headers: Readonly<Record<string, string>>) => ({
  headers: Object.entries(headers).map(([name, value]) => [name, [value]] as const),
})
const attributes = {
  'ce-specversion': '1.0',
  'CE-Id': '7',
  'ce-source': '/ci',
  'ce-type': 'ci.done',
  'ce-subject': 'caf%C3%A9',
  'ce-team': 'è',
  'Nats-Msg-Id': 'x',
}

test('an event in binary mode comes off the bus as its headers say', () => {
  const message = { ...place, body: Buffer.from('{"n":1}'), original: original(attributes) }
  expect(decodeDelivery(message)).toEqual({
    event: {
      id: '7',
      source: '/ci',
      type: 'ci.done',
      topic: 'deploy.prod.web',
      subject: 'café',
      time: place.time,
      extensions: { team: 'è' },
      data: { n: 1 },
      receivedAt: place.time,
    },
  })
})

test('its body may be anything its content-type says', () => {
  const decoded = (type: string, body: string) =>
    decodeDelivery({
      ...place,
      body: Buffer.from(body),
      original: original({ ...attributes, 'Content-Type': type }),
    })
  expect(decoded('text/plain', 'hello')).toMatchObject({ event: { id: '7', data: 'hello' } })
  expect(decoded('application/octet-stream', 'hello')).toMatchObject({ event: { base64: true } })
  expect(decoded('application/json', 'hello')).toEqual({
    refused: 'The body is not JSON in UTF-8, as its content-type says.',
  })
})

test('in binary mode what is wrong is named by its header', () => {
  const { 'ce-source': _, ...rest } = attributes
  expect(decodeDelivery({ ...place, body: Buffer.from('{}'), original: original(rest) })).toEqual({
    refused: 'ce-source is missing',
  })
})

test('headers of others leave a message what it is, and are not read where it says itself what it is', () => {
  const plain = { ...place, body: Buffer.from('{"n":1}'), original: original({ 'Nats-Msg-Id': 'x' }) }
  expect(decodeDelivery(plain)).toMatchObject({ event: { source: 'bus', data: { n: 1 } } })
  const unread = {
    get headers(): never {
      throw new Error('read')
    },
  }
  const structured = Buffer.from('{"specversion":"1.0","id":"1","source":"s","type":"t"}')
  expect(decodeDelivery({ ...place, body: structured, original: unread })).toMatchObject({
    event: { id: '1' },
  })
})

test('a batch is told to be published one by one', () => {
  const event = { specversion: '1.0', id: '1', source: 's', type: 't' }
  expect(decode(JSON.stringify([event, event]))).toEqual({
    refused: 'The body is a batch of events: publish each as a message of its own.',
  })
  expect(decode(JSON.stringify([event, 7]))).toMatchObject({ event: { source: 'bus' } })
})
