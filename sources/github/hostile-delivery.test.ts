import { sign } from '@octokit/webhooks-methods'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRefusal } from '#backend/base/refusal.ts'
import { decodeDelivery } from '#backend/ingest/delivery.ts'
import { encodeEvent } from '#backend/ingest/event.ts'
import { parseTopic } from '#backend/ingest/topic.ts'
import { readWebhook } from '#backend/ingest/webhook.ts'
import { deliver, every, now, secret } from './delivered.fixtures.ts'
import { door } from './door.ts'

const scrap = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 2000, size: 'max' }),
  fc.double(),
)

const spoilt = fc
  .tuple(fc.constantFrom(...every), fc.array(fc.tuple(fc.nat(), fc.nat(), scrap), { maxLength: 6 }))
  .map(([{ event, payload }, changes]) => {
    const changed = structuredClone(payload) as Record<string, unknown>
    for (const [first, second, value] of changes) {
      const names = Object.keys(changed)
      const name = names[first % names.length] ?? ''
      const inner = changed[name]
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        const fields = Object.keys(inner)
        ;(inner as Record<string, unknown>)[fields[second % Math.max(1, fields.length)] ?? 'x'] = value
      } else changed[name] = value
    }
    return { event, payload: changed }
  })

const deep = (levels: number, inner: string) => `${'{"a":['.repeat(levels)}${inner}${']}'.repeat(levels)}`

const hostile = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '1e999',
    '-0',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u2028"',
    '"."',
    '"/"',
    '"a/b/c"',
    '""',
    '[]',
    '[[{}]]',
  ),
  fc.nat(20_000).map((levels) => deep(levels, '1')),
  fc.nat(300_000).map((length) => JSON.stringify('ß*>.%\u0001'.repeat(length / 6))),
)

const name = fc.constantFrom(
  ...['action', 'repository', 'organization', 'sender', 'commits', 'pull_request', 'workflow_run', 'labels'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'event',
    'commit_count',
    'x',
    'full_name',
    'login',
    'html_url',
    'a b',
  ],
)

const object = (value: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(name, value), { maxLength: 5 })
    .map((fields) => `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`)

const signed = fc.oneof(
  object(fc.oneof(hostile, object(hostile))),
  object(hostile).map((text) => `[${text}]`),
  object(hostile).map((text) => `payload=${encodeURIComponent(text)}`),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
)

const headerText = fc.oneof(
  fc.stringMatching(/^[ -~\u0080-\u00ff]{0,40}$/),
  fc.constantFrom('push', 'pull_request', '__proto__', 'constructor', 'x'.repeat(2000)),
)

test('whatever a signed payload holds becomes an event of at most 64 KiB, or is refused with a reason', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        spoilt,
        fc.record({ event: fc.string({ minLength: 1 }), payload: fc.dictionary(fc.string(), scrap) }),
      ),
      async ({ event, payload }) => {
        const reading = await deliver(event, payload)
        if (isRefusal(reading)) {
          expect(reading.errors?.length).toBeGreaterThan(0)
          return
        }
        const [made] = reading.events
        expect(parseTopic(made?.topic ?? '')).toHaveLength(5)
        expect(Buffer.byteLength(JSON.stringify(made?.data))).toBeLessThanOrEqual(64 * 1024)
      },
    ),
    { numRuns: 1000 },
  )
})

test('whatever is signed is an event that survives the bus, or is refused', {
  timeout: 600_000,
}, async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      signed,
      headerText,
      headerText,
      fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', undefined),
      async (body, event, id, type) => {
        const headers = { 'content-type': type, 'x-github-delivery': id }
        const reading = await deliver(event, undefined, { headers, body })
        outcomes.add('events' in reading ? 'read' : reading.refused)
        if (!('events' in reading)) {
          expect(reading.refused).toBe('malformed')
          return
        }
        const [made] = reading.events
        if (!made) throw new Error('no event')
        expect(Buffer.byteLength(JSON.stringify(made.data))).toBeLessThanOrEqual(64 * 1024)
        const { topic } = made
        const again = decodeDelivery({
          topic,
          body: Buffer.from(encodeEvent(made)),
          stream: 'S',
          sequence: 1,
          time: 2,
        })
        expect(JSON.stringify(again)).toBe(JSON.stringify({ event: { ...made, receivedAt: 2 } }))
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
  )
  expect([...outcomes].sort()).toEqual(['malformed', 'read'])
})

test('a signature of any kind is compared, never trusted', async () => {
  const body = Buffer.from('{}')
  const right = await sign(secret, '{}')
  const signature = fc.oneof(
    headerText,
    headerText.map((text) => `sha256=${text}`),
    fc.nat(right.length - 1).map((at) => right.slice(0, at)),
    fc.nat(right.length - 1).map((at) => `${right.slice(0, at)}g${right.slice(at + 1)}`),
    fc.constantFrom(right.toUpperCase(), `${right}0`, ` ${right}`),
  )
  await fc.assert(
    fc.asyncProperty(signature, async (given) => {
      const headers = { 'x-github-event': 'push', 'x-github-delivery': '1', 'x-hub-signature-256': given }
      expect(await readWebhook(door, secret, { headers, body, now })).toMatchObject({
        refused: 'unproven',
      })
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
  )
})
