import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, test } from 'vitest'
import { problem, serveFront } from './serve-front.fixtures.ts'
import { say } from './whole-front.fixtures.ts'

test('a path that is no UTF-8 is refused', async () => {
  const { base } = await serveFront()
  expect(await problem(await fetch(`${base}/api/%E0%A4%A`))).toMatchObject({ status: 400 })
})

test.each(['http://[', 'foo://host', 'foo://host?x'])(
  'a request line for %s names no path',
  async (target) => {
    const { front, port } = await serveFront()
    let reached = false
    front.servePages(({ response }) => {
      reached = true
      response.end()
    })
    const answer = await say(port, `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
      .closed
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(reached).toBe(false)
  },
)

test('a name that is not ours is refused, whatever is asked but health', async () => {
  const { base } = await serveFront()
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
  const { port } = await serveFront()
  expect(await say(port, `${head}\r\nconnection: close\r\n\r\n`).closed).toMatch(
    new RegExp(`^HTTP/1.1 ${status} `),
  )
})

test('reached by https, it says to keep to it', async () => {
  const { base } = await serveFront({ secure: true })
  const { headers } = await fetch(`${base}/healthz`)
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
})
