import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { problem, serveFront } from './serve-front.fixtures.ts'

test('of pages that a client sends for ahead one is rendered at a time, and none once it is gone', async () => {
  const { front, port } = await serveFront()
  const rendered: ServerResponse[] = []
  front.servePages(({ response }) => void rendered.push(response))
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /a HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(50))
  await expect.poll(() => rendered.length).toBe(1)
  rendered[0]?.end()
  await expect.poll(() => rendered.length).toBe(2)
  const closed = once(rendered[1] as ServerResponse, 'close')
  socket.destroy()
  await closed
  expect(rendered).toHaveLength(2)
})

test('a process that says it is not ready leaves no line of a refusal', async () => {
  const { base, lines } = await serveFront()
  expect((await fetch(`${base}/readyz`)).status).toBe(503)
  await fetch(`${base}/api/refused`)
  await expect.poll(() => lines).toContainEqual(expect.objectContaining({ route: '/api/refused' }))
  expect(lines).not.toContainEqual(expect.objectContaining({ route: '/readyz' }))
})

test('an answer is JSON and never sniffed or kept', async () => {
  const { base } = await serveFront()
  const response = await fetch(`${base}/api/hello`)
  expect(await response.json()).toEqual({ hello: 'you' })
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('HEAD has the headers and no body', async () => {
  const { base } = await serveFront()
  const response = await fetch(`${base}/api/hello`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
})

test('refusals are problem documents', async () => {
  const { base } = await serveFront()
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
  const { base } = await serveFront()
  const { status, detail } = await problem(await fetch(`${base}/api/bug`))
  expect(status).toBe(500)
  expect(detail).not.toContain('secret detail')
})

test('a store that is away is 503 with a time to wait', async () => {
  const { base } = await serveFront()
  const response = await fetch(`${base}/api/away`)
  expect(response.headers.get('retry-after')).toBe('2')
  expect(await problem(response)).toMatchObject({ status: 503 })
})

test('bodies: JSON in UTF-8, within the limit', async () => {
  const { base } = await serveFront()
  const post = (body: string | Uint8Array<ArrayBuffer>) => fetch(`${base}/api/echo`, { method: 'POST', body })
  expect(await (await post('[1]')).json()).toEqual({ got: [1] })
  expect(await problem(await post('[1'))).toMatchObject({ status: 400 })
  expect(await problem(await post(new Uint8Array([0x22, 0xff, 0x22])))).toMatchObject({ status: 400 })
  expect(await problem(await post(`"${'x'.repeat(100)}"`))).toMatchObject({ status: 413 })
})

/** Begins a request with a chunked body of `bytes`, and never ends it. */
function beginBody(base: string, bytes: number): ClientRequest {
  const begun = request(`${base}/api/echo`, { method: 'POST' })
  begun.write(Buffer.alloc(bytes, 'x'))
  return begun
}

test('a chunked body over the limit is refused while it comes', async () => {
  const { base } = await serveFront()
  const begun = beginBody(base, 200)
  const [answer] = (await once(begun, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(413)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  begun.on('error', () => {}).destroy()
})

test('a client that goes away in the middle of its body is no failure of ours', async () => {
  const { front, base, lines } = await serveFront()
  const begun = beginBody(base, 10).on('error', () => {})
  const [, theirs] = (await once(front.server, 'request')) as [unknown, ServerResponse]
  begun.destroy()
  await once(theirs, 'close')
  expect((await fetch(`${base}/api/bug`)).status).toBe(500)
  expect(lines.flatMap(({ method }) => method ?? [])).toEqual(['GET'])
})

test('tokens: none, unknown, without the scope, with it', async () => {
  const { base } = await serveFront()
  const put = (authorization?: string) =>
    fetch(`${base}/api/guarded`, { method: 'PUT', headers: authorization ? { authorization } : {} })
  expect((await put()).status).toBe(401)
  expect((await put('Bearer hubs_nobody')).status).toBe(401)
  expect((await put('Bearer hubs_reader')).status).toBe(403)
  expect((await put('bearer hubs_writer')).status).toBe(204)
})

test('no answer can be taken for a document, a script or a part of another page', async () => {
  const { base } = await serveFront()
  for (const path of ['/api/hello', '/api/nothing', '/healthz']) {
    const { headers } = await fetch(`${base}${path}`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('strict-transport-security')).toBeNull()
  }
})
