import { createHmac, randomUUID } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { expectRefused, type RefusedRequest } from './fixtures/refused.ts'

const SECRET = 'a-webhook-secret-of-the-tests'
let product: RunningProduct

test.beforeAll(async () => {
  product = await startProduct({
    mode: 'embedded',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, GITHUB_WEBHOOK_SECRET: SECRET },
  })
  await api(product.url).put('kept', document())
})
test.afterAll(() => product?.stop())

const notes = { type: 'notes', config: { text: 'Hello' }, position: { x: 0, y: 0, w: 4, h: 2 } }
const document = (more: object = {}) => ({ ...hubOf('Kept', [notes]), ...more })
const event = (more: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: 'tests',
  type: 'a.b',
  data: {},
  ...more,
})

const refused = (request: RefusedRequest, status: number, field?: string) =>
  expectRefused(product.url, request, status, field)

test.describe('hub documents', () => {
  const put = (body: unknown, status: number, field?: string) =>
    refused({ method: 'PUT', path: '/api/v1/hubs/kept', body }, status, field)
  const withWidget = (more: object) => document({ widgets: [{ ...notes, ...more }] })

  test('an unknown widget type is named', () => put(withWidget({ type: 'teapot' }), 422, '/widgets/0/type'))
  test('config its schema refuses is named to the field', () =>
    put(withWidget({ type: 'json', config: { url: 'ftp://x' } }), 422, '/widgets/0/config/url'))
  test('an unknown field is refused', () => put(document({ colour: 'red' }), 422, '/colour'))
  test('an unknown field of a widget is refused', () => put(withWidget({ size: 3 }), 422, '/widgets/0/size'))
  test('a hub that is not public waits for identity', () =>
    put(document({ visibility: 'members' }), 422, '/visibility'))
  test('a position off the grid', () => put(withWidget({ position: { x: 10, y: 0, w: 4, h: 2 } }), 422))
  test('a title that is no text', () => put(document({ title: 7 }), 422, '/title'))
  test('not an object', () => put([], 422))
  test('bad JSON', () => put('{"title": ', 400))
  test('a body of two megabytes and more', () => put(document({ summary: 'x'.repeat(3_000_000) }), 413))
  test('an escaped NUL is refused or kept, never a 500', async () => {
    const hubs = api(product.url)
    const response = await hubs.send('PUT', '/api/v1/hubs/nul', withWidget({ config: { text: 'a\u0000b' } }))
    expect([200, 201, 422]).toContain(response.status)
  })
  test('slugs that are not', async () => {
    for (const slug of ['api', 'embed', 'UPPER', '-x', 'a'.repeat(64), '%2e%2e', 'a%00b', 'a%2Fb']) {
      const response = await api(product.url).send('PUT', `/api/v1/hubs/${slug}`, document())
      expect([400, 404, 422], slug).toContain(response.status)
    }
  })
  test('an If-Match that does not hold', () =>
    refused(
      {
        method: 'PUT',
        path: '/api/v1/hubs/kept',
        body: document({ title: 'New' }),
        headers: { 'if-match': '"999999"' },
      },
      412,
    ))
  test('an unknown hub', async () => {
    for (const path of [
      '/api/v1/hubs/nowhere',
      '/api/v1/hubs/nowhere/snapshot',
      '/api/v1/widgets/nothing',
      '/api/v1/widgets/nothing/explain',
    ]) {
      await refused({ method: 'GET', path }, 404)
    }
    await refused({ method: 'DELETE', path: '/api/v1/hubs/nowhere' }, 404)
  })
  test('an id of another hub', async () => {
    const id = (await api(product.url).hub('kept')).widgets[0]?.id
    const response = await api(product.url).send(
      'PUT',
      '/api/v1/hubs/thief',
      document({ widgets: [{ ...notes, id }] }),
    )
    expect(response.status).toBe(409)
  })
})

test.describe('events', () => {
  const structured = { 'content-type': 'application/cloudevents+json' }
  const post = (
    body: unknown,
    status: number,
    field?: string,
    headers: Record<string, string> = structured,
  ) => refused({ method: 'POST', path: '/api/v1/events', body, headers }, status, field)

  test('bad JSON', () => post('{', 400))
  test('bytes that are no UTF-8', async () => {
    const response = await fetch(`${product.url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_API_TOKEN}`, ...structured },
      body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
    })
    expect(response.status).toBe(400)
  })
  test('not an object', () => post([], 400))
  test('no specversion', () => post({ ...event(), specversion: undefined }, 400, '/specversion'))
  test('no id', () => post(event({ id: '' }), 400, '/id'))
  test('no source', () => post(event({ source: undefined }), 400, '/source'))
  test('a type that is no topic', () => post(event({ type: 'a..b' }), 400, '/type'))
  test('wildcards in a topic', () => post(event({ topic: 'a.*' }), 400, '/topic'))
  test('seventeen tokens', () => post(event({ topic: Array(17).fill('a').join('.') }), 400, '/topic'))
  test('a time that is none', () => post(event({ time: 'yesterday' }), 400, '/time'))
  test('an event over 256 KiB', () => post(event({ data: 'x'.repeat(300 * 1024) }), 413))
  test('a body over 1 MiB', () => post(event({ data: 'x'.repeat(1_100_000) }), 413))
  test('a media type of another kind', () => post('hello', 415, undefined, { 'content-type': 'text/plain' }))
  test('a batch with one bad event is refused whole, naming it', () =>
    post([event(), event({ type: '' }), event()], 400, '/1/type', {
      'content-type': 'application/cloudevents-batch+json',
    }))
  test('a batch of 501', () =>
    post(
      Array.from({ length: 501 }, () => event()),
      413,
      undefined,
      { 'content-type': 'application/cloudevents-batch+json' },
    ))
  test('no token, and one that is none', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer hubs_nobody' },
      { authorization: 'Basic eDp5' },
    ] as Record<string, string>[]) {
      const response = await fetch(`${product.url}/api/v1/events`, {
        method: 'POST',
        headers: { ...structured, ...headers },
        body: JSON.stringify(event()),
      })
      expect(response.status).toBe(401)
    }
  })
  test('the same source and id act once', async () => {
    const hubs = api(product.url)
    const twice = event()
    const first = await hubs.send('POST', '/api/v1/events', twice, structured)
    const second = await hubs.send('POST', '/api/v1/events', twice, structured)
    expect([first.status, second.status]).toEqual([202, 202])
    expect(await second.json()).toEqual({ ids: [twice.id], duplicates: [twice.id] })
  })
})

test.describe('GitHub deliveries', () => {
  const deliver = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${product.url}/api/v1/hooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
        ...headers,
      },
      body,
    })
  const payload = JSON.stringify({
    repository: { full_name: 'acme/api' },
    ref: 'refs/heads/main',
    commits: [],
  })

  test('a signed one is taken', async () => expect((await deliver(payload)).status).toBe(202))
  test('a wrong signature', async () =>
    expect((await deliver(payload, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` })).status).toBe(401))
  test('no signature', async () =>
    expect((await deliver(payload, { 'x-hub-signature-256': '' })).status).toBe(401))
  test('signed bytes that are no JSON', async () => expect((await deliver('{')).status).toBe(400))
  test('no event name', async () =>
    expect((await deliver(payload, { 'x-github-event': '' })).status).toBe(400))
  test('a body over 25 MB', async () => {
    const response = await deliver('x'.repeat(26 * 1024 * 1024 + 1)).catch((error: Error) => error)
    // Refused by its length: the answer may come before the body is sent.
    if (response instanceof Response) expect(response.status).toBe(413)
  })
})
