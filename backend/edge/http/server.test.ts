import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { actorOf } from '../../operations/actor.ts'
import { authenticator } from './authenticate.ts'
import { clientRule } from './client-address.ts'
import { ProblemError } from './problem.ts'
import type { Route } from './route.ts'
import { type FrontServer, frontServer } from './server.ts'

let front: FrontServer
let base: string
let start: () => void
/** What was logged. */
let lines: { method?: string }[]

const health: Route[] = [
  { method: 'GET', path: '/healthz', right: 'anyone', handle: async () => ({ status: 200 }) },
  { method: 'GET', path: '/readyz', right: 'anyone', handle: async () => ({ status: 503 }) },
]

let large = 0
const routes: Route[] = [
  {
    method: 'GET',
    path: '/api/hello',
    right: 'anyone',
    handle: async () => ({ status: 200, body: { hello: 'you' } }),
  },
  {
    method: 'POST',
    path: '/api/echo',
    right: 'anyone',
    handle: async (call) => ({ status: 200, body: { got: await call.json(100) } }),
  },
  {
    method: 'PUT',
    path: '/api/guarded',
    right: 'edit',
    handle: async () => ({ status: 204 }),
  },
  {
    method: 'GET',
    path: '/api/away',
    right: 'anyone',
    handle: () => Promise.reject(Object.assign(new Error('no'), { code: 'cache-away' })),
  },
  {
    method: 'GET',
    path: '/api/large',
    right: 'anyone',
    async handle() {
      large += 1
      return { status: 200, body: Buffer.alloc(12 * 1024 * 1024) }
    },
  },
  {
    method: 'GET',
    path: '/api/bug',
    right: 'anyone',
    handle: () => Promise.reject(new Error('secret detail')),
  },
  {
    method: 'GET',
    path: '/api/refused',
    right: 'anyone',
    handle: () =>
      Promise.reject(new ProblemError(422, 'No.', { errors: [{ field: '/a', message: 'is bad' }] })),
  },
]

beforeEach(async () => {
  const tokens = new Map([
    ['hubs_writer', actorOf('1', ['hubs:write'])],
    ['hubs_reader', actorOf('2', ['read'])],
  ])
  lines = []
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) })
  front = frontServer({ health, clientOf: clientRule([]), log, patience: 300 })
  start = () => front.serve(routes, authenticator({ verify: async (token) => tokens.get(token) }))
  await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(front.server.address() as AddressInfo).port}`
})
beforeEach(({ task }) => {
  if (task.name !== starting) start()
})
afterEach(() => {
  front.server.closeAllConnections()
  front.server.close()
})

test('of pages that a client sends for ahead one is rendered at a time, and none once it is gone', async () => {
  const rendered: ServerResponse[] = []
  front.servePages(({ response }) => void rendered.push(response))
  const socket = connect((front.server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET /a HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(50))
  await expect.poll(() => rendered.length).toBe(1)
  rendered[0]?.end()
  await expect.poll(() => rendered.length).toBe(2)
  const closed = once(rendered[1] as ServerResponse, 'close')
  socket.destroy()
  await closed
  expect(rendered).toHaveLength(2)
})

test('of answers that a client does not read so many bytes are kept, and no connection for ever', async () => {
  expect(front.server.timeout).toBe(60_000)
  const { port } = front.server.address() as AddressInfo
  const ask = () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write('GET /api/large HTTP/1.1\r\nhost: localhost\r\n\r\n')
    return socket.pause()
  }
  const open = () =>
    new Promise<number>((resolve) => front.server.getConnections((_, count) => resolve(count)))
  large = 0
  const idle = Array.from({ length: 12 }, ask)
  await expect.poll(() => large).toBe(12)
  // 64 MB of 12 each.
  await expect.poll(open).toBe(5)
  for (const socket of idle) socket.destroy()
  await expect.poll(open).toBe(0)
  expect(Buffer.from(await (await fetch(`${base}/api/large`)).arrayBuffer())).toHaveLength(12 * 1024 * 1024)
})

async function problem(response: Response): Promise<{ status: number; detail: string; errors?: unknown }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const body = await response.json()
  expect(body.status).toBe(response.status)
  return body
}

const starting = 'until the routes are there, all but health is told to wait'
test(starting, async () => {
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
  expect(await problem(await fetch(`${base}/api/hello`))).toMatchObject({ status: 503 })
  expect(await problem(await fetch(`${base}/welcome`))).toMatchObject({ status: 503 })
  start()
  expect((await fetch(`${base}/api/hello`)).status).toBe(200)
})

test('a process that says it is not ready leaves no line of a refusal', async () => {
  expect((await fetch(`${base}/readyz`)).status).toBe(503)
  await fetch(`${base}/api/refused`)
  await expect.poll(() => lines).toContainEqual(expect.objectContaining({ route: '/api/refused' }))
  expect(lines).not.toContainEqual(expect.objectContaining({ route: '/readyz' }))
})

test('who asks while it starts is answered once it has', async () => {
  const later = frontServer({ health, clientOf: clientRule([]), log: pino({ level: 'silent' }) })
  await new Promise<void>((resolve) => later.server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(later.server.address() as AddressInfo).port}`
  const asked = Promise.all([
    fetch(`${url}/api/hello`),
    fetch(`${url}/api/echo`, { method: 'POST', body: '{"n":1}' }),
    fetch(`${url}/api/nothing`),
  ])
  await expect
    .poll(() => new Promise((resolve) => later.server.getConnections((_, open) => resolve(open))))
    .toBe(3)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  later.serve(routes, authenticator({ verify: async () => undefined }))
  expect((await asked).map(({ status }) => status)).toEqual([200, 200, 404])
  later.server.closeAllConnections()
  later.server.close()
})

test('an answer is JSON and never sniffed or kept', async () => {
  const response = await fetch(`${base}/api/hello`)
  expect(await response.json()).toEqual({ hello: 'you' })
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('HEAD has the headers and no body', async () => {
  const response = await fetch(`${base}/api/hello`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
})

test('refusals are problem documents', async () => {
  expect(await problem(await fetch(`${base}/api/refused`))).toMatchObject({
    status: 422,
    detail: 'No.',
    errors: [{ field: '/a', message: 'is bad' }],
  })
  expect(await problem(await fetch(`${base}/api/nothing`))).toMatchObject({ status: 404 })
  const method = await fetch(`${base}/api/hello`, { method: 'DELETE' })
  expect(method.headers.get('allow')).toBe('GET')
  expect(await problem(method)).toMatchObject({ status: 405 })
})

test('a bug is told by reference, without its message', async () => {
  const { status, detail } = await problem(await fetch(`${base}/api/bug`))
  expect(status).toBe(500)
  expect(detail).not.toContain('secret detail')
})

test('a store that is away is 503 with a time to wait', async () => {
  const response = await fetch(`${base}/api/away`)
  expect(response.headers.get('retry-after')).toBe('2')
  expect(await problem(response)).toMatchObject({ status: 503 })
})

test('bodies: JSON in UTF-8, within the limit', async () => {
  const post = (body: string | Uint8Array<ArrayBuffer>) => fetch(`${base}/api/echo`, { method: 'POST', body })
  expect(await (await post('[1]')).json()).toEqual({ got: [1] })
  expect(await problem(await post('[1'))).toMatchObject({ status: 400 })
  expect(await problem(await post(new Uint8Array([0x22, 0xff, 0x22])))).toMatchObject({ status: 400 })
  expect(await problem(await post(`"${'x'.repeat(100)}"`))).toMatchObject({ status: 413 })
})

/** Begins a request with a chunked body of `bytes`, and never ends it. */
function beginBody(bytes: number): ClientRequest {
  const begun = request(`${base}/api/echo`, { method: 'POST' })
  begun.write(Buffer.alloc(bytes, 'x'))
  return begun
}

test('a chunked body over the limit is refused while it comes', async () => {
  const begun = beginBody(200)
  const [answer] = (await once(begun, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(413)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  begun.on('error', () => {}).destroy()
})

test('a client that goes away in the middle of its body is no failure of ours', async () => {
  const begun = beginBody(10).on('error', () => {})
  const [, theirs] = (await once(front.server, 'request')) as [unknown, ServerResponse]
  begun.destroy()
  await once(theirs, 'close')
  expect((await fetch(`${base}/api/bug`)).status).toBe(500)
  expect(lines.flatMap(({ method }) => method ?? [])).toEqual(['GET'])
})

test('tokens: none, unknown, without the scope, with it', async () => {
  const put = (authorization?: string) =>
    fetch(`${base}/api/guarded`, { method: 'PUT', headers: authorization ? { authorization } : {} })
  expect((await put()).status).toBe(401)
  expect((await put('Bearer hubs_nobody')).status).toBe(401)
  expect((await put('Bearer hubs_reader')).status).toBe(403)
  expect((await put('bearer hubs_writer')).status).toBe(204)
})

test('a path that is no UTF-8 is refused', async () => {
  expect(await problem(await fetch(`${base}/api/%E0%A4%A`))).toMatchObject({ status: 400 })
})

/** All that is answered to these words. */
function say(words: string): Promise<string> {
  const { port } = front.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(words))
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}

test.each(['http://[', 'foo://host', 'foo://host?x'])(
  'a request line for %s names no path',
  async (target) => {
    let reached = false
    front.servePages(({ response }) => {
      reached = true
      response.end()
    })
    const answer = await say(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(reached).toBe(false)
  },
)

test('a name that is not ours is refused, whatever is asked but health', async () => {
  const ask = async (path: string, host: string) => {
    const asked = request(`${base}${path}`, { headers: { host } }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  }
  for (const host of ['evil.example', 'localhost.evil.example:80'])
    for (const path of ['/api/hello', '/welcome', '/api/nothing'])
      expect(await ask(path, host), host).toBe(421)
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:3000'])
    expect(await ask('/api/hello', host), host).toBe(200)
  expect(await ask('/healthz', 'evil.example')).toBe(200)
})

test.each([
  ['GET /api/hello HTTP/1.1\r\nhost: localhost\r\nhost: localhost', 400],
  ['GET /api/hello HTTP/1.1\r\nhost: localhost\r\nHost: evil.example', 400],
  // Of a whole address it is the host that counts.
  ['GET http://localhost/api/hello HTTP/1.1\r\nhost: evil.example', 200],
  ['GET http://evil.example/api/hello HTTP/1.1\r\nhost: localhost', 421],
])('%j names the server once', async (head, status) => {
  expect(await say(`${head}\r\nconnection: close\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

test('no answer can be taken for a document, a script or a part of another page', async () => {
  for (const path of ['/api/hello', '/api/nothing', '/healthz']) {
    const { headers } = await fetch(`${base}${path}`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('strict-transport-security')).toBeNull()
  }
})

test('reached by https, it says to keep to it', async () => {
  const secure = frontServer({
    health,
    clientOf: clientRule([]),
    log: pino({ level: 'silent' }),
    secure: true,
  })
  await new Promise<void>((resolve) => secure.server.listen(0, '127.0.0.1', resolve))
  const { port } = secure.server.address() as AddressInfo
  const { headers } = await fetch(`http://127.0.0.1:${port}/healthz`)
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  secure.server.closeAllConnections()
  secure.server.close()
})

test('an ending server answers on, each answer being the last on its connection, and finishes what was begun', async () => {
  const agent = new Agent({ keepAlive: true })
  const { port } = front.server.address() as AddressInfo
  const slow = request(`${base}/api/echo`, { method: 'POST', agent }).on('error', () => {})
  slow.write('[1')
  await once(front.server, 'request')
  front.shutdown.begin()
  const answer = await fetch(`${base}/api/hello`)
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])

  const finished = front.shutdown.finish(60_000)
  const refused = connect(port, '127.0.0.1')
  await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  slow.end(']')
  const [late] = (await once(slow, 'response')) as [IncomingMessage]
  expect([late.statusCode, late.headers.connection]).toEqual([200, 'close'])
  late.resume()
  await finished
  agent.destroy()
})

test('what does not come to an end in time is cut off', async () => {
  const stuck = request(`${base}/api/echo`, { method: 'POST' })
  const cut = expect(once(stuck, 'response')).rejects.toMatchObject({ code: 'ECONNRESET' })
  stuck.write('[1')
  await once(front.server, 'request')
  front.shutdown.begin()
  await front.shutdown.finish(20)
  await cut
})
