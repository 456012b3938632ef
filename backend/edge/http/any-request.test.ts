import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminApiToken, anyRequest, hookSecret, type Sent, spoken } from './any-request.fixtures.ts'
import { openWholeFront, type WholeFront } from './whole-front.fixtures.ts'

/** As many as `npm test` has time for; more by hand. */
const runs = Number(process.env.FUZZ_RUNS ?? 500)
const agent = new Agent({ keepAlive: true })
let front: WholeFront
let port: number

beforeAll(async () => {
  front = await openWholeFront({ GITHUB_WEBHOOK_SECRET: hookSecret, HUBS_ADMIN_TOKEN: adminApiToken })
  port = front.port
}, 120_000)
afterAll(async () => {
  agent.destroy()
  await front.stop()
})

/** What was logged of failures since it was last asked. */
function failures(): unknown[] {
  return front.lines.splice(0).filter(({ level }) => Number(level) >= 50)
}

async function send({ method, path, headers, body }: Sent) {
  const sent = request({ ...{ host: '127.0.0.1', port, method, path, headers, agent } })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const type = response.headers['content-type'] ?? ''
  // A stream has no end of its own.
  if (type.startsWith('text/event-stream')) {
    response.on('error', () => {})
    sent.destroy()
    return { status: response.statusCode ?? 0, type, text: '' }
  }
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode ?? 0, type, text }
}

const accepted: Sent = {
  method: 'POST',
  path: '/api/v1/events',
  headers: {
    host: 'localhost',
    authorization: `Bearer ${adminApiToken}`,
    'content-type': 'application/cloudevents+json',
  },
  body: Buffer.from('{"specversion":"1.0","id":"accepted","source":"any","type":"any.request"}'),
}

test('any request is answered, and whatever is refused is refused in words', {
  timeout: 600_000,
}, async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(anyRequest, async (asked) => {
      const { status, type, text } = await send(asked)
      statuses.add(status)
      expect(failures()).toEqual([])
      expect(status).toBeLessThan(500)
      if (status < 400 || asked.method === 'HEAD') return
      expect(type).toBe('application/problem+json')
      expect(JSON.parse(text)).toMatchObject({
        type: 'about:blank',
        status,
        detail: expect.stringMatching(/\w/),
      })
    }),
    // Few of what chance makes are events with all they need.
    { numRuns: runs, examples: [[accepted]] },
  )
  // Far enough into every room.
  for (const status of [200, 202, 400, 401, 404, 405, 422]) expect(statuses).toContain(status)
  expect((await send({ method: 'GET', path: '/healthz', headers: {}, body: Buffer.alloc(0) })).status).toBe(
    200,
  )
})

/** Says it, no more, and hears whatever comes until the server ends. */
async function say(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  let heard = ''
  socket.on('data', (part: string) => {
    heard += part
  })
  socket.on('error', () => {})
  socket.end(text)
  await once(socket, 'close')
  return heard
}

test('whatever is said on a connection, it ends and the next is answered', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(spoken, async (text) => {
      const heard = await say(text)
      expect(heard === '' || /^HTTP\/1\.1 [1-4]\d\d /.test(heard)).toBe(true)
      expect(heard).not.toMatch(/^HTTP\/1\.1 5/m)
      expect(failures()).toEqual([])
      expect(await say('GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 200 /,
      )
    }),
    { numRuns: runs },
  )
})
