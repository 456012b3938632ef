import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { decodeDelivery } from '#backend/ingest/delivery.ts'
import { encodeEvent } from '#backend/ingest/event.ts'
import { parseTopic } from '#backend/ingest/topic.ts'
import { readWebhook } from '#backend/ingest/webhook.ts'
import { accepted, deliver, every, example, now, secret } from './delivered.fixtures.ts'
import { door } from './door.ts'

test.each(every)('$title becomes an event', async ({ event, payload }) => {
  const made = await accepted(event, payload)
  const { repository, organization } = payload as Record<
    string,
    { full_name?: string; login?: string } | undefined
  >
  const action = 'action' in payload ? String(payload.action) : undefined
  const tokens = parseTopic(made.topic)
  expect(tokens).toHaveLength(5)
  const [owner = organization?.login ?? '-', name = '-'] =
    repository?.full_name?.toLowerCase().split('/') ?? []
  expect(tokens).toEqual(['github', owner.toLowerCase(), name, event, action ?? '-'])
  expect(made.type).toBe(['com.github', event, ...(action ? [action] : [])].join('.'))
  expect(made.source).toMatch(/^https?:\/\/github\.com\//)
  expect(Buffer.byteLength(JSON.stringify(made.data))).toBeLessThanOrEqual(64 * 1024)
  expect(made.data).toMatchObject({
    event,
    ...(repository ? { repository: { full_name: repository.full_name } } : {}),
  })
  expect(
    decodeDelivery({
      topic: made.topic,
      body: Buffer.from(encodeEvent(made)),
      stream: 'S',
      sequence: 1,
      time: 2,
    }),
  ).toEqual({
    event: { ...made, receivedAt: 2 },
  })
})

test('an event without a time, or of the future, is of now', async () => {
  expect((await accepted('gollum', example('gollum'))).time).toBe(now)
  expect((await accepted('issues', { issue: { updated_at: '2999-01-01T00:00:00Z' } })).time).toBe(now)
})

test('a form is read as JSON is', async () => {
  const body = new URLSearchParams({ payload: JSON.stringify(example('push')) }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await deliver('push', undefined, { headers, body })).toMatchObject({
    events: [{ topic: 'github.codertocat.hello-world.push.-' }],
  })
})

test.each([
  ['none', undefined],
  ['empty', ''],
  ['another', `sha256=${'0'.repeat(64)}`],
  ['the older kind', 'sha1=0000000000000000000000000000000000000000'],
])('a delivery is refused whose signature is %s', async (_, signature) => {
  const reading = await deliver('push', example('push'), { headers: { 'x-hub-signature-256': signature } })
  expect(reading).toMatchObject({ refused: 'unproven' })
})

test.each(['null', '[]', '"x"', '{', 'payload={}'])('the signed body %s is no payload', async (body) => {
  expect(await deliver('push', undefined, { body })).toMatchObject({ refused: 'malformed' })
})

test.each(['31', '32', '33', '34', '35'])(
  'deliveries of GitHub Enterprise Server 3.%s become events',
  async (version) => {
    const examples = createRequire(import.meta.url)(
      `@octokit/webhooks-examples/ghes-${version}/index.json`,
    ) as readonly { readonly name: string; readonly examples: readonly unknown[] }[]
    for (const { name, examples: payloads } of examples)
      for (const payload of payloads) expect(await deliver(name, payload), name).toHaveProperty('events')
  },
)

test('an empty body is refused', async () => {
  const headers = { 'x-github-event': 'push', 'x-github-delivery': '1', 'x-hub-signature-256': 'sha256=' }
  const reading = await readWebhook(door, secret, { headers, body: Buffer.from(''), now })
  expect(reading).toMatchObject({ refused: 'unproven' })
})

test('a missing header is named', async () => {
  expect(await deliver('push', {}, { headers: { 'x-github-event': undefined } })).toMatchObject({
    refused: 'malformed',
    errors: [{ field: 'x-github-event' }],
  })
})
