import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEnvelope } from './envelope.ts'
import { readBySchema } from './envelope-schema.ts'
import { readPlainEnvelope } from './plain-envelope.ts'

const given = { now: 1_700_000_000_000 }
const usual = {
  specversion: '1.0',
  id: 'e1',
  source: 'https://forge.example/a',
  type: 'forge.push',
  time: '2026-01-31T12:00:00Z',
  subject: 'main',
  datacontenttype: 'application/json',
  data: { deep: [1, { a: null }] },
  sequence: '7',
  sampled: true,
  weight: 0.5,
}

test.each([
  ['all members', usual],
  ['the least', { specversion: '1.0', id: '1', source: 's', type: 't' }],
  ['null for what is absent', { ...usual, subject: null, time: null, dataschema: null, sequence: null }],
  ['a fraction of a second', { ...usual, time: '2026-01-28T12:00:00.123456789Z' }],
] as const)('an envelope with %s is read without the schema, as the schema reads it', (_, raw) => {
  const event = readPlainEnvelope(raw, given)
  expect(event).toBeDefined()
  expect({ event }).toEqual(readBySchema(raw, given))
})

const text = fc.oneof(
  fc.constantFrom('a', 'a.b', 'a..b', '*', '', ' ', 'x'.repeat(341), 'x'.repeat(342), 'x'.repeat(1025)),
  fc.string({ unit: 'binary' }),
  fc.string(),
)
const two = (n: number) => String(n).padStart(2, '0')
const part = (max: number) => fc.oneof(fc.constantFrom(0, 1, max - 1, max), fc.nat(max)).map(two)
const time = fc
  .tuple(
    fc.constantFrom('0001', '1969', '1970', '2023', '2024', '9999', '10000', '-001'),
    ...[part(13), part(32), part(24), part(60), part(60)],
    fc.constantFrom('', '.', '.1', '.123456789', '.1234567890', ':00'),
    fc.constantFrom('Z', 'z', '', '+00:00', '-01:30', '+24:00'),
  )
  .map(([y, mo, d, h, mi, s, f, z]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${f}${z}`)
const usualTime = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((at) => at.toISOString())
const number = fc.oneof(fc.double(), fc.constantFrom(Number.POSITIVE_INFINITY, Number.NaN, -0))
const any = fc.oneof(fc.jsonValue({ maxDepth: 3 }), number, fc.constant(undefined))
/** Mostly usual, now and then anything. */
const spoilt = (usually: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 24, arbitrary: usually }, { weight: 1, arbitrary: text }, { weight: 1, arbitrary: any })
const word = fc.stringMatching(/^[a-z0-9.]{1,12}$/)
const extension = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9]{1,8}$/) },
    { weight: 1, arbitrary: fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'x'.repeat(65))) },
  ),
  spoilt(fc.oneof(word, fc.integer(), fc.boolean())),
)
const envelope = fc
  .tuple(
    fc.record(
      {
        specversion: spoilt(fc.constant('1.0')),
        ...{ id: spoilt(word), source: spoilt(word), type: spoilt(word) },
        ...{
          topic: spoilt(word),
          subject: spoilt(word),
          datacontenttype: spoilt(word),
          dataschema: spoilt(word),
        },
        time: spoilt(fc.oneof(usualTime, time)),
        data: fc.oneof(any, fc.constant(JSON.parse('['.repeat(129) + ']'.repeat(129)))),
        data_base64: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: text }),
      },
      { requiredKeys: ['specversion', 'id', 'source', 'type'] },
    ),
    fc.oneof(
      { weight: 9, arbitrary: fc.array(extension, { maxLength: 3 }) },
      {
        weight: 1,
        arbitrary: fc
          .integer({ min: 63, max: 66 })
          .map((n) => Array.from({ length: n }, (_, k) => [`x${k}`, k])),
      },
    ),
  )
  .map(([members, extensions]) => Object.fromEntries([...extensions, ...Object.entries(members)]))

test('whatever the envelope, its event or its faults are those the schema finds', () => {
  let plain = 0
  fc.assert(
    fc.property(envelope, fc.option(word, { nil: undefined }), (raw, topic) => {
      const circumstances = topic === undefined ? given : { ...given, topic }
      if (readPlainEnvelope(raw, circumstances)) plain += 1
      expect(readEnvelope(raw, circumstances)).toEqual(readBySchema(raw, circumstances))
    }),
    { numRuns: 3_000 },
  )
  expect(plain).toBeGreaterThan(100)
})
