import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { expect, test } from '@playwright/test'
import fc from 'fast-check'
import { ADMIN_TOKEN, api, hubOf } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openSse } from '#testing/sse.ts'

const SECRET = 'a-webhook-secret-of-the-tests'
let product: RunningProduct

test.beforeAll(async () => {
  product = await startProduct({
    mode: 'embedded',
    env: { HUBS_ADMIN_TOKEN: ADMIN_TOKEN, GITHUB_WEBHOOK_SECRET: SECRET },
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

/** Sends it, expects a problem of that status that names the field, and that nothing changed. */
async function refused(
  request: { method: string; path: string; body?: unknown; headers?: Record<string, string> },
  status: number,
  field?: string,
): Promise<void> {
  const hubs = api(product.url)
  const before = await hubs.hub('kept')
  const response = await hubs.send(request.method, request.path, request.body, request.headers)
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  const problem = JSON.parse(text)
  expect(problem).toMatchObject({ type: 'about:blank', status })
  expect(problem.detail).toMatch(/\w.*[.?]$/s)
  if (field !== undefined)
    expect(problem.errors.map((error: { field: string }) => error.field)).toContain(field)
  expect(await hubs.hub('kept')).toEqual(before)
}

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
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...structured },
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

test.describe('streams and paths', () => {
  test('no target, an unknown one, too many', async () => {
    await refused({ method: 'GET', path: '/api/v1/stream' }, 400, 'hub')
    await refused({ method: 'GET', path: '/api/v1/stream?hub=nowhere' }, 404)
    await refused(
      {
        method: 'GET',
        path: `/api/v1/stream?${Array.from({ length: 51 }, (_, n) => `hub=h${n}`).join('&')}`,
      },
      400,
      'hub',
    )
    await refused(
      {
        method: 'GET',
        path: `/api/v1/stream?${Array.from({ length: 501 }, (_, n) => `widget=w${n}`).join('&')}`,
      },
      400,
      'widget',
    )
  })
  test('a bad cursor is answered by resync', async () => {
    const stream = await openSse(`${product.url}/api/v1/stream?hub=kept&cursor=%00nonsense`)
    await stream.until(({ name }) => name === 'resync')
    stream.close()
  })
  test('paths and methods that do not exist', async () => {
    await refused({ method: 'GET', path: '/api/v1/teapot' }, 404)
    await refused({ method: 'GET', path: '/api' }, 404)
    await refused({ method: 'PATCH', path: '/api/v1/hubs/kept' }, 405)
    await refused({ method: 'GET', path: '/api/v1/data/none/1/1' }, 404)
  })
  test('nothing here is upgraded: such a request is answered like any other', async () => {
    for (const [path, status] of [
      ['/kept', 200],
      ['/nowhere', 404],
      ['/api/v1/stream', 400],
    ] as const) {
      const sent = send(`${product.url}${path}`, { headers: { connection: 'upgrade', upgrade: 'websocket' } })
      const [answer] = (await once(sent.end(), 'response')) as [IncomingMessage]
      expect(answer.statusCode, path).toBe(status)
      sent.destroy()
    }
  })
  test('a host in the request line is the one that was asked for', async () => {
    const { hostname, port, host } = new URL(product.url)
    for (const [named, status] of [
      ['elsewhere.example', 421],
      [host, 200],
    ] as const) {
      const sent = send({ hostname, port, path: `http://${named}/kept`, agent: false })
      const [answer] = (await once(sent.end(), 'response')) as [IncomingMessage]
      expect(answer.statusCode, named).toBe(status)
      sent.destroy()
    }
  })
  test('pages that do not exist are 404, not 500', async () => {
    for (const path of ['/nowhere', '/kept/w/nothing', '/embed/nothing', '/%E0%A4%A', '/kept/w/%00']) {
      const { status } = await fetch(`${product.url}${path}`)
      expect([400, 404], path).toContain(status)
    }
  })
  test('pages are answered to GET and HEAD, and say so', async () => {
    const { hostname, port } = new URL(product.url)
    for (const method of ['TRACE', 'PUT', 'PURGE', 'POST', 'DELETE', 'OPTIONS', 'PATCH'])
      for (const path of ['/', '/kept', '/_next/static/x.js', '/embed/x']) {
        const sent = send({ hostname, port, method, path, agent: false })
        const [answer] = (await once(sent.end(), 'response')) as [IncomingMessage]
        expect(answer.statusCode, `${method} ${path}`).toBe(405)
        expect(answer.headers.allow).toBe('GET, HEAD')
        sent.destroy()
      }
    expect((await fetch(`${product.url}/kept`, { method: 'HEAD' })).status).toBe(200)
  })
  test('only pages reach Next: it optimizes no pictures, and logs nothing that was sent', async () => {
    const before = product.logs.length
    for (const path of [
      '/_next/image?url=%2Fa%0A%1b%5B31mforged&w=16&q=1',
      '/_next/image/%0aforged',
      '/forged%1b%5B2J',
    ])
      expect((await fetch(`${product.url}${path}`)).status, path).toBe(404)
    for (const headers of [
      { rsc: '1', 'next-router-state-tree': 'forged%' },
      { rsc: '1', 'next-router-state-tree': '[]', 'next-router-prefetch': '1' },
      { 'next-action': 'forged', 'content-type': 'text/plain' },
    ]) {
      const page = await fetch(`${product.url}/kept`, { headers })
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toContain('text/html')
      await page.text()
    }
    expect(
      product.logs.slice(before).filter((line) => !line.startsWith('{') || line.includes('forged')),
    ).toEqual([])
  })
  test('any address of a page, with any of the headers Next reads, is answered', async () => {
    const { hostname, port } = new URL(product.url)
    const segment = fc.oneof(
      fc.constantFrom(
        'kept',
        'w',
        'embed',
        '_next',
        'static',
        'image',
        '..',
        '.',
        '%00',
        '%2F',
        '[hub]',
        '__proto__',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }).map(encodeURIComponent),
      fc.stringMatching(/^[!-"$->@-~]{0,6}$/),
    )
    const query = fc.constantFrom(
      '',
      '?_rsc=1',
      '?theme=dark',
      '?%',
      '?a[b]=c&__proto__=1',
      '?url=/x&w=1&q=1',
    )
    const path = fc
      .tuple(fc.array(segment, { maxLength: 4 }), query)
      .map(([segments, query]) => `/${segments.join('/')}${query}`)
    const headers = fc.record(
      {
        ...{ rsc: fc.constant('1'), 'next-router-prefetch': fc.constant('1') },
        'next-router-state-tree': fc.constantFrom('%5B', 'x', '[]', '%00'),
        'next-router-segment-prefetch': fc.constantFrom('/x', '/_tree', ''),
        'next-action': fc.constantFrom('abc', '0'.repeat(42)),
        ...{ 'next-url': fc.constantFrom('//[', '/x'), 'x-nextjs-data': fc.constant('1') },
        ...{ 'x-matched-path': fc.constant('/500'), 'x-invoke-status': fc.constant('500') },
        ...{ 'x-forwarded-host': fc.constant('['), origin: fc.constant('[') },
        ...{ cookie: fc.constantFrom('a=%', '__prerender_bypass=x'), range: fc.constant('bytes=9-0') },
      },
      { requiredKeys: [] },
    )
    const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'OPTIONS')
    await fc.assert(
      fc.asyncProperty(method, path, headers, async (method, path, headers) => {
        const sent = send({ hostname, port, method, path, headers, agent: false })
        const [answer] = (await once(sent.end(), 'response')) as [IncomingMessage]
        expect(answer.statusCode).toBeLessThan(500)
        sent.destroy()
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
    )
    expect((await fetch(`${product.url}/kept`)).status).toBe(200)
  })
})
