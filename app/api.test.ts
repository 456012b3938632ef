import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import type { Explanation } from '#contract/explanation.ts'
import type { HubView } from '#contract/hub.ts'
import { apiAt, isRefused, readJson } from './api.ts'

const asked: { request: IncomingMessage; body: string }[] = []
let answer: { status: number; headers?: Record<string, string>; body: unknown }
const server = createServer(async (request, response) => {
  asked.push({ request, body: await text(request) })
  response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
afterAll(() => server.close())
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below`
const api = apiAt(base)

test('an operation is asked for by its method and path, and its types are its own', async () => {
  answer = { status: 200, body: { slug: 'a' } }
  const hub = await api('GET /api/v1/hubs/:slug', { slug: 'a/b ü' })
  expectTypeOf(hub).toEqualTypeOf<HubView>()
  expectTypeOf(api<'GET /api/v1/widgets/:id/explain'>).returns.resolves.toEqualTypeOf<Explanation>()
  // @ts-expect-error there is no such operation
  expectTypeOf(() => api('GET /api/v1/none', {})).toBeFunction()
  expect(hub).toEqual({ slug: 'a' })
  expect(asked[0]?.request.url).toBe('/below/api/v1/hubs/a%2Fb%20%C3%BC')
  expect(asked[0]?.request.method).toBe('GET')
})

test('what is not in the path goes into the query of a GET', async () => {
  answer = { status: 200, body: { hubs: [] } }
  await api('GET /api/v1/hubs', { limit: 2, after: 'a&b' })
  expect(asked.at(-1)?.request.url).toBe('/below/api/v1/hubs?limit=2&after=a%26b')
})

test('what answers nothing gives nothing', async () => {
  answer = { status: 204, body: undefined }
  expect(await api('POST /api/v1/dead-letters/:id/replay', { id: '1' })).toBeUndefined()
})

test('the revision that is expected is told in the headers, where servers read it', async () => {
  answer = { status: 204, body: undefined }
  const told: unknown[] = []
  const wanted: unknown[] = []
  for (const [expected, match, noneMatch] of [
    [{ revisions: [3, 4] }, '"3", "4"', undefined],
    [{ exists: true }, '*', undefined],
    [{ exists: false }, undefined, '*'],
    [undefined, undefined, undefined],
  ] as const) {
    await api('DELETE /api/v1/hubs/:slug', { slug: 'a', expect: expected }).catch(() => {})
    const { request, body } = asked.at(-1) ?? {}
    told.push([request?.headers['if-match'], request?.headers['if-none-match'], body])
    wanted.push([match, noneMatch, ''])
  }
  expect(told).toEqual(wanted)
})

test('what the server refuses is one kind of failure, whatever it says', async () => {
  for (const status of [404, 429, 500]) {
    answer = { status, body: { detail: 'No.' } }
    const error = await api('POST /api/v1/widgets/:id/retry', { id: '1' }).catch((error: unknown) => error)
    expect(isRefused(error) && error.status).toBe(status)
  }
  answer = { status: 200, headers: { 'hubs-paused': 'true' }, body: {} }
  expect(isRefused(await readJson(`${base}/x`, {}).catch((error: unknown) => error))).toBe(true)
  const away = await apiAt('http://127.0.0.1:1')('GET /api/v1/hubs/:slug', { slug: 'a' }).catch(
    (e: unknown) => e,
  )
  expect(away).toBeInstanceOf(Error)
  expect(isRefused(away)).toBe(false)
})
