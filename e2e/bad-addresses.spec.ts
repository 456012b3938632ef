import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { expect, test } from '@playwright/test'
import fc from 'fast-check'
import { ADMIN_API_TOKEN, api, hubOf } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openSse } from '#testing/sse.ts'
import { expectRefused, type RefusedRequest } from './fixtures/refused.ts'

let product: RunningProduct
test.beforeAll(async () => {
  product = await startProduct({ mode: 'embedded', env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN } })
  const notes = { type: 'notes', config: { text: 'Hello' }, position: { x: 0, y: 0, w: 4, h: 2 } }
  await api(product.url).put('kept', hubOf('Kept', [notes]))
})
test.afterAll(() => product?.stop())

const refused = (request: RefusedRequest, status: number, field?: string) =>
  expectRefused(product.url, request, status, field)

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

/** Of a page, or of what is none. */
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
const query = fc.constantFrom('', '?_rsc=1', '?theme=dark', '?%', '?a[b]=c&__proto__=1', '?url=/x&w=1&q=1')
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

test('any address of a page, with any of the headers Next reads, is answered', async () => {
  const { hostname, port } = new URL(product.url)
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
