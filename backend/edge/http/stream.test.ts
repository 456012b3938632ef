import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWholeFront, say, type WholeFront } from './whole-front.fixtures.ts'

let front: WholeFront
beforeAll(async () => {
  front = await openWholeFront({ HUBS_STREAMS: '6', HUBS_STREAMS_PER_CLIENT: '4' })
})
afterAll(() => front.stop())

const sessions = () => front.figure('hubs_sessions')
const get = (path: string, ...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'host: localhost', ...headers].join('\r\n')}\r\n\r\n`
const stream = (...headers: string[]) => get('/api/v1/stream?hub=kept', ...headers)
/** One by one, so that each has its place before the next asks. */
async function openStreams(count: number, ...headers: string[]) {
  const opened = []
  for (let n = 0; n < count; n++) {
    const line = say(front.port, stream(...headers))
    await expect.poll(line.heard).toContain('\r\n\r\n')
    opened.push(line)
  }
  return opened
}
const statusOf = (text: string) => text.slice(9, 12)

test('a thousand streams pipelined on one connection leave none behind', async () => {
  const { socket, closed } = say(front.port, stream().repeat(1_000))
  await closed
  await expect.poll(sessions).toBe(0)
  expect(socket.bytesRead).toBeLessThan(10_000)
})

test('a stream says what it is, and nothing else can be made of it', async () => {
  const [line] = await openStreams(1)
  const head = line?.heard() ?? ''
  expect(head).toMatch(/^x-content-type-options: nosniff\r$/im)
  expect(head).toMatch(/^content-security-policy: default-src 'none'; frame-ancestors 'none'\r$/im)
  expect(head).toMatch(/^cross-origin-resource-policy: same-origin\r$/im)
  line?.socket.destroy()
  await expect.poll(sessions).toBe(0)
})

test('one that is pipelined behind another answer is refused and opens nothing', async () => {
  const { heard, closed } = say(
    front.port,
    get('/api/v1/hubs') + stream() + get('/healthz', 'connection: close'),
  )
  await closed
  const statuses = [...heard().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
  expect(statuses).toEqual(['200', '400', '200'])
  expect(await sessions()).toBe(0)
})

test('what a client says behind its stream ends the connection', async () => {
  const [line] = await openStreams(1)
  expect(await sessions()).toBe(1)
  line?.socket.write(get('/healthz'))
  expect(await line?.closed).not.toContain('alive')
  await expect.poll(sessions).toBe(0)
})

test('clients that go, in whole or by half, and those that ask for no body leave none behind', async () => {
  const lines = await openStreams(3)
  expect(await sessions()).toBe(3)
  lines[0]?.socket.destroy()
  lines[1]?.socket.resetAndDestroy()
  lines[2]?.socket.end()
  const early = say(front.port, stream(), { allowHalfOpen: true })
  early.socket.end()
  const head = say(front.port, stream('connection: close').replace('GET', 'HEAD'))
  expect(statusOf(await head.closed)).toBe('405')
  await Promise.all(lines.map(({ closed }) => closed))
  await expect.poll(sessions).toBe(0)
  early.socket.destroy()
})

test('a client has its share, and the others theirs', async () => {
  const first = await openStreams(4, 'x-forwarded-for: 192.0.2.1')
  const refused = say(front.port, stream('x-forwarded-for: 6.6.6.6, 192.0.2.1', 'connection: close'))
  const answer = await refused.closed
  expect(statusOf(answer)).toBe('429')
  expect(answer).toMatch(/^retry-after: \d+\r$/im)
  expect(answer).toContain('192.0.2.1')

  const others = await openStreams(2, 'x-forwarded-for: 192.0.2.2')
  expect(others.map(({ heard }) => statusOf(heard()))).toEqual(['200', '200'])
  const full = await say(front.port, stream('x-forwarded-for: 192.0.2.3', 'connection: close')).closed
  expect(statusOf(full)).toBe('503')
  expect(full).toMatch(/^retry-after: \d+\r$/im)

  for (const { socket } of [...first, ...others]) socket.destroy()
  await expect.poll(sessions).toBe(0)
  const [again] = await openStreams(1, 'x-forwarded-for: 192.0.2.1')
  expect(statusOf(again?.heard() ?? '')).toBe('200')
  again?.socket.destroy()
})

test('a refused stream gives its place back, and its connection answers on', async () => {
  for (let n = 0; n < 8; n++) {
    const line = say(front.port, get('/api/v1/stream?hub=nobody'))
    await expect.poll(line.heard).toContain('No hub or widget')
    line.socket.write(get('/healthz', 'connection: close'))
    expect(await line.closed).toContain('alive')
  }
  const [line] = await openStreams(1)
  expect(statusOf(line?.heard() ?? '')).toBe('200')
  line?.socket.destroy()
})
