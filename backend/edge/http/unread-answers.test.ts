import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Route } from './route.ts'
import { serveFront } from './serve-front.fixtures.ts'

test('of answers that a client does not read so many bytes are kept, and no connection for ever', async () => {
  let asked = 0
  const large: Route = {
    method: 'GET',
    path: '/api/large',
    right: 'anyone',
    async handle() {
      asked += 1
      return { status: 200, body: Buffer.alloc(12 * 1024 * 1024) }
    },
  }
  const { front, port, base } = await serveFront({ more: [large] })
  expect(front.server.timeout).toBe(60_000)
  const ask = () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write('GET /api/large HTTP/1.1\r\nhost: localhost\r\n\r\n')
    return socket.pause()
  }
  const open = () =>
    new Promise<number>((resolve) => front.server.getConnections((_, count) => resolve(count)))
  const idle = Array.from({ length: 12 }, ask)
  await expect.poll(() => asked).toBe(12)
  // 64 MB of 12 each.
  await expect.poll(open).toBe(5)
  for (const socket of idle) socket.destroy()
  await expect.poll(open).toBe(0)
  expect(Buffer.from(await (await fetch(`${base}/api/large`)).arrayBuffer())).toHaveLength(12 * 1024 * 1024)
})
