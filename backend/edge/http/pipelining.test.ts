import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPipelining } from './pipelining.ts'
import { say } from './whole-front.fixtures.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`

let begun: { path: string | undefined; response: ServerResponse }[]
let port: number
const turns = openPipelining(({ url: path }, response) => void begun.push({ path, response }))
const server = createServer(turns.listener)
beforeEach(async () => {
  begun = []
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('what a client sends ahead begins when the answer before it is out', async () => {
  const line = say(port, get('/1') + get('/2') + get('/3'))
  await expect.poll(() => begun.length).toBe(1)
  begun[0]?.response.end('one')
  await expect.poll(() => begun.length).toBe(2)
  begun[1]?.response.end('two')
  await expect.poll(() => begun.length).toBe(3)
  begun[2]?.response.end('three')
  await expect.poll(line.heard).toMatch(/one.*two.*three/s)
  expect(begun.map(({ path }) => path)).toEqual(['/1', '/2', '/3'])
  // Whoever asks again on it later waits for nobody.
  line.socket.write(get('/4'))
  await expect.poll(() => begun.length).toBe(4)
})

test('of a client that has gone nothing more is begun', async () => {
  const { socket } = say(port, get('/1').repeat(50))
  await expect.poll(() => begun.length).toBe(1)
  const closed = new Promise((resolve) => begun[0]?.response.once('close', resolve))
  socket.destroy()
  await closed
  expect(begun).toHaveLength(1)
})

test('behind the last answer of a connection nothing is begun', async () => {
  const { closed } = say(port, get('/1').repeat(3))
  await expect.poll(() => begun.length).toBe(1)
  begun[0]?.response.setHeader('connection', 'close').end('last')
  expect(await closed).toContain('last')
  expect(begun).toHaveLength(1)
})

test('a connection with more ahead than anybody sends is ended', async () => {
  const { closed } = say(port, get('/1').repeat(1_000))
  expect(await closed).toBe('')
  expect(begun).toHaveLength(1)
})
