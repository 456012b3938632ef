import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWholeFront, say, type WholeFront } from './whole-front.fixtures.ts'

let front: WholeFront
let base: string
beforeAll(async () => {
  front = await openWholeFront({ HUBS_ADMIN_TOKEN: 'admin-token-of-this-test' })
  base = `http://127.0.0.1:${front.port}`
})
afterAll(() => front.stop())

const elsewhere = { origin: 'https://elsewhere.example' }
const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')
const credentials = (answer: Response) => answer.headers.get('access-control-allow-credentials')

test.each([
  ['/api/v1/hubs', 200],
  ['/api/v1/hubs/kept', 200],
  ['/api/v1/hubs/kept/snapshot', 200],
  ['/api/v1/widgets/kept-1', 200],
  ['/api/v1/widget-types', 200],
  ['/api/v1/openapi.json', 200],
  ['/api/v1/hubs/nobody', 404],
  ['/api/v1/data/nothing/1/1', 404],
  ['/api/v1/stream?hub=nobody', 404],
  ['/api/v1/stream', 400],
])('a page of any origin may read %s, and its refusal', async (path, status) => {
  const answer = await fetch(base + path, { headers: elsewhere })
  expect(answer.status).toBe(status)
  expect(allowed(answer)).toBe('*')
  expect(credentials(answer)).toBeNull()
})

test('a page of any origin may follow a stream', async () => {
  const line = say(
    front.port,
    `GET /api/v1/stream?hub=kept HTTP/1.1\r\nhost: localhost\r\norigin: ${elsewhere.origin}\r\n\r\n`,
  )
  await expect.poll(line.heard).toContain('event: hello')
  expect(line.heard()).toMatch(/^access-control-allow-origin: \*\r$/im)
  expect(line.heard()).not.toMatch(/allow-credentials/i)
  line.socket.destroy()
})

test.each([
  ['GET', '/api/v1/widgets/kept-1/explain'],
  ['POST', '/api/v1/widgets/kept-1/retry'],
  ['POST', '/api/v1/events'],
  ['PUT', '/api/v1/hubs/kept'],
  ['DELETE', '/api/v1/hubs/kept'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
])('%s %s is no page’s of another origin', async (method, path) => {
  const authorization = 'Bearer admin-token-of-this-test'
  expect(allowed(await fetch(base + path, { method, headers: elsewhere }))).toBeNull()
  if (method === 'GET') return
  expect(allowed(await fetch(base + path, { method, headers: { ...elsewhere, authorization } }))).toBeNull()
})

test('a page that asks first may send where a stream goes on, and nothing that changes something', async () => {
  const ask = (path: string, method: string, headers: string) =>
    fetch(base + path, {
      method: 'OPTIONS',
      headers: {
        ...elsewhere,
        'access-control-request-method': method,
        'access-control-request-headers': headers,
      },
    })
  const stream = await ask('/api/v1/stream?hub=kept', 'GET', 'last-event-id')
  expect(stream.status).toBe(204)
  expect(allowed(stream)).toBe('*')
  expect(stream.headers.get('access-control-allow-headers')).toContain('last-event-id')
  expect(stream.headers.get('access-control-allow-headers')).not.toContain('authorization')

  const put = await ask('/api/v1/hubs/kept', 'PUT', 'authorization')
  expect(put.headers.get('access-control-allow-methods')).toBe('GET, HEAD')
  for (const path of ['/api/v1/widgets/kept-1/retry', '/readyz']) {
    const refused = await ask(path, 'POST', 'content-type')
    expect(refused.status, path).toBe(405)
    expect(allowed(refused), path).toBeNull()
  }
})
