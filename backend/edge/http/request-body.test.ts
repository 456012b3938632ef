import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { sign } from '@octokit/webhooks-methods'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProblemError } from './problem.ts'
import { type OpenBody, requestBodies } from './request-body.ts'
import { openWholeFront, say, type WholeFront } from './whole-front.fixtures.ts'

const SECRET = 'secret-of-the-webhook'
const TOKEN = 'hubs_admin_of_the_tests'
const MB = 1024 * 1024
let front: WholeFront
let patient: WholeFront
let impatient: WholeFront
beforeAll(async () => {
  const variables = { GITHUB_WEBHOOK_SECRET: SECRET, HUBS_ADMIN_TOKEN: TOKEN }
  // A grace long enough for an honest body on a busy machine, short enough to be waited for.
  front = await openWholeFront(variables, { bodies: { grace: 1_000, rate: MB } })
  patient = await openWholeFront(variables, { bodies: { grace: 60_000, all: 30 * MB, client: 20 * MB } })
  // Of the least rate its bytes have all the time there is.
  impatient = await openWholeFront(variables, { bodies: { grace: 500, rate: 1, patience: 1_000 } })
})
afterAll(() => Promise.all([front.stop(), patient.stop(), impatient.stop()]))

const signature = `sha256=${'0'.repeat(64)}`
const hook = (length: number | string, fields: Record<string, string> = {}) => {
  const headers = {
    host: 'localhost',
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': 'd1',
    'x-hub-signature-256': signature,
    ...(typeof length === 'number' ? { 'content-length': String(length) } : { 'transfer-encoding': length }),
    ...fields,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []))
  return `POST /api/v1/hooks/github HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}
const statusOf = (text: string) => Number(text.slice(9, 12))
async function delivered(port: number, from: string): Promise<number> {
  const commits = [{ id: crypto.randomUUID() }]
  const body = JSON.stringify({ repository: { full_name: 'acme/api' }, ref: 'refs/heads/main', commits })
  const said = hook(Buffer.byteLength(body), {
    'x-hub-signature-256': await sign(SECRET, body),
    'x-github-delivery': crypto.randomUUID(),
    'x-forwarded-for': from,
    connection: 'close',
  })
  return statusOf(await say(port, said + body).closed)
}

test.each([
  ['no signature', 20 * MB, { 'x-hub-signature-256': '' }, 401],
  ['half a signature', 20 * MB, { 'x-hub-signature-256': 'sha256=12' }, 401],
  ['no event', 20 * MB, { 'x-github-event': '' }, 400],
  ['no event and no length', 'chunked', { 'x-github-event': '' }, 400],
  ['another content type', 20 * MB, { 'content-type': 'text/plain' }, 415],
  ['more than GitHub sends', 26 * MB, {}, 413],
  // Signed by nobody, 25 KB of it became 25 MB, and so many of them gigabytes.
  ['a packed body', 20_000, { 'content-encoding': 'gzip' }, 415],
] as const)('a delivery with %s is refused before its body', async (_, length, fields, status) => {
  const { heard, socket, closed } = say(patient.port, hook(length, fields))
  await expect.poll(heard).toContain('"status"')
  expect(statusOf(heard())).toBe(status)
  expect(heard()).toMatch(/^connection: close\r$/im)
  socket.destroy()
  await closed
})

test('an event without a token is refused before its body', async () => {
  const said = 'POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n'
  const { heard, socket } = say(patient.port, said)
  await expect.poll(heard).toContain('"status"')
  expect(statusOf(heard())).toBe(401)
  socket.destroy()
})

test('who asks before sending is told to go on only when the body is wanted', async () => {
  const expecting = { expect: '100-continue' }
  const refused = say(patient.port, hook(5, { ...expecting, 'x-hub-signature-256': '' }))
  await expect.poll(refused.heard).toContain('"status"')
  expect(refused.heard()).not.toContain('100 Continue')
  refused.socket.destroy()
  const wanted = say(patient.port, hook(5, { ...expecting, connection: 'close' }))
  await expect.poll(wanted.heard).toContain('100 Continue')
  wanted.socket.write('12345')
  expect(await wanted.closed).toContain('HTTP/1.1 401')
})

test('the answer to a refused body is read by a client that sends before it looks', async () => {
  // More than the kernels between hold.
  const body = Buffer.alloc(16 * MB)
  const { socket, closed } = say(patient.port, hook(body.length, { 'x-hub-signature-256': '' }))
  socket.pause()
  await new Promise((resolve) => socket.write(body, resolve))
  socket.resume()
  expect(statusOf(await closed)).toBe(401)
})

test('a body that comes too slowly is given up', async () => {
  const { closed } = say(front.port, `${hook(1_000)}x`)
  const heard = await closed
  expect(statusOf(heard)).toBe(408)
  expect(heard).toMatch(/^connection: close\r$/im)
})

/** A body of a client, which comes as the test has it come. */
function bodyOf(open: OpenBody, from: string, { proven = false, declared = 0 } = {}) {
  const request = Object.assign(new EventEmitter(), {
    headers: declared > 0 ? { 'content-length': String(declared) } : {},
  })
  // A request and a response have more, which is not asked for here.
  const body = open(request as unknown as IncomingMessage, {} as ServerResponse, {
    address: from,
    counted: from,
  })
  if (proven) body.prove()
  const status = body.read(25 * MB).then(
    () => 200,
    ({ problem, headers }: ProblemError) => [problem.status, headers['retry-after']],
  )
  return {
    release: body.release,
    come: (bytes: number) => void request.emit('data', Buffer.alloc(bytes)),
    end() {
      request.emit('end')
      return status
    },
  }
}

test('a client has its share of what is on its way, the others theirs, and those with a token all of theirs', async () => {
  const open = requestBodies({ all: 30 * MB, client: 20 * MB })
  const some = (from: string, bytes: number) => {
    const body = bodyOf(open, from)
    body.come(bytes)
    return body
  }
  const held = [some('a', 9 * MB), some('a', 9 * MB)]
  expect(await some('a', 4 * MB).end()).toEqual([429, '5'])
  held.push(some('b', 9 * MB))
  expect(await some('c', 4 * MB).end()).toEqual([503, '5'])
  // What is only promised holds nothing, unless it comes with a token.
  Array.from({ length: 10 }, () => bodyOf(open, 'c', { declared: 24 * MB }))
  Array.from({ length: 1_000 }, () => some('d', 1))
  expect(await some('c', 2 * MB).end()).toBe(200)

  const proven = bodyOf(open, 'c', { proven: true, declared: 20 * MB })
  expect(await bodyOf(open, 'c', { proven: true, declared: MB }).end()).toEqual([429, '5'])
  expect(await bodyOf(open, 'd', { proven: true, declared: 11 * MB }).end()).toEqual([503, '5'])
  expect(await bodyOf(open, 'd', { proven: true, declared: 9 * MB }).end()).toBe(200)
  proven.come(20 * MB)
  expect(await proven.end()).toBe(200)
  held[0]?.release()
  expect(await some('a', 4 * MB).end()).toBe(200)
})

test('a body that proves nothing is not waited for longer than anybody delivers', async () => {
  const { closed } = say(impatient.port, `${hook(1_000)}${'x'.repeat(900)}`)
  expect(statusOf(await closed)).toBe(408)
})

test('fifty slow ones, signed by nobody, hold up no delivery of GitHub', async () => {
  const lines = Array.from({ length: 50 }, () => say(patient.port, `${hook(24 * MB)}x`))
  expect(await delivered(patient.port, '192.0.2.9')).toBe(202)
  for (const { socket } of lines) socket.destroy()
})

test('a declared length that is more than a number holds nothing', async () => {
  const { closed } = say(patient.port, hook(0, { 'content-length': '9'.repeat(30), connection: 'close' }))
  expect([400, 413]).toContain(statusOf(await closed))
})

test('a packed event is taken, a bomb is refused before it has grown', async () => {
  const post = (body: Buffer) =>
    fetch(`http://127.0.0.1:${patient.port}/api/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/cloudevents+json',
        'content-encoding': 'gzip',
      },
      body: new Uint8Array(body),
    })
  const event = { specversion: '1.0', id: crypto.randomUUID(), source: 'ci', type: 'deploy.web' }
  expect((await post(gzipSync(JSON.stringify(event)))).status).toBe(202)
  expect((await post(gzipSync(Buffer.alloc(64 * MB, 32)))).status).toBe(413)
  expect((await post(Buffer.from('{}'))).status).toBe(400)
})
