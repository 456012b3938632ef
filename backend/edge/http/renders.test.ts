import { EventEmitter, once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openRenders } from './renders.ts'

const of = (places: number, client = places) => ({
  rendered: { all: places, client },
  slow: { all: 3, client: 2 },
})

/** What a render needs of a response. */
function fake(): ServerResponse & { readonly destroyed: boolean } {
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    destroy() {
      response.destroyed = true
      response.emit('close')
    },
  })
  return response as unknown as ServerResponse
}

let server: Server
let port: number
/** Renders begun, in order, each ended by calling it. */
let begun: { readonly path: string; readonly end: () => void }[]
let asked: string[]

beforeEach(async () => {
  begun = []
  asked = []
  const show = openRenders(of(2))
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    show({ response, client: 'c', render: () => render(path, response) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function render(path: string, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      response.end(path)
      resolve()
    }
    begun.push({ path, end })
  })
}

const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text())
const paths = () => begun.map(({ path }) => path)

test('two are rendered at a time, the others in their turn', async () => {
  const answers: Promise<string>[] = []
  for (const path of ['/1', '/2', '/3', '/4']) {
    answers.push(get(path))
    await expect.poll(() => asked).toContain(path)
  }
  expect(paths()).toEqual(['/1', '/2'])
  begun[1]?.end()
  await expect.poll(paths).toEqual(['/1', '/2', '/3'])
  begun[0]?.end()
  begun[2]?.end()
  await expect.poll(paths).toEqual(['/1', '/2', '/3', '/4'])
  begun[3]?.end()
  expect(await Promise.all(answers)).toEqual(['/1', '/2', '/3', '/4'])
})

test('none is begun for a client that has gone, and one whose client goes leaves its place', async () => {
  const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  for (const [n, socket] of held.entries()) socket.write(`GET /held${n} HTTP/1.1\r\nhost: a\r\n\r\n`)
  await expect.poll(() => begun.length).toBe(2)
  const gone = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'))
  for (const socket of gone) socket.write('GET /gone HTTP/1.1\r\nhost: a\r\n\r\n')
  await expect.poll(() => asked.length).toBe(52)
  for (const socket of gone) socket.destroy()
  await expect.poll(() => new Promise((resolve) => server.getConnections((_, open) => resolve(open)))).toBe(2)
  const wanted = get('/wanted')
  await expect.poll(() => asked.length).toBe(53)
  held[0]?.destroy()
  await expect.poll(() => begun.length).toBe(3)
  expect(begun[2]?.path).toBe('/wanted')
  begun[2]?.end()
  expect(await wanted).toBe('/wanted')
  held[1]?.destroy()
})

test('of many that go in one turn of the loop none is begun in the place of another', async () => {
  const show = openRenders(of(2))
  let count = 0
  const responses = Array.from({ length: 60 }, () => Object.assign(new EventEmitter(), { destroyed: false }))
  // What a render and its client's end need of a response.
  for (const response of responses)
    show({
      response: response as unknown as ServerResponse,
      client: 'c',
      render() {
        count += 1
        return new Promise(() => {})
      },
    })
  expect(count).toBe(2)
  for (const response of responses) {
    response.destroyed = true
    response.emit('close')
  }
  await new Promise<void>((resolve) => {
    show({
      response: fake(),
      client: 'c',
      async render() {
        count += 1
        resolve()
      },
    })
  })
  expect(count).toBe(3)
})

test('a render that fails ends its connection and nothing else', async () => {
  const show = openRenders(of(1))
  server.removeAllListeners('request')
  server.on('request', (request, response: ServerResponse) =>
    show({
      ...{ response, client: 'c' },
      render: () =>
        request.url === '/bad' ? Promise.reject(new Error('no')) : Promise.resolve(void response.end('good')),
    }),
  )
  await expect(get('/bad')).rejects.toThrow()
  expect(await get('/good')).toBe('good')
})

test('of one client fewer are rendered at a time, and others go before what it has waiting', () => {
  const show = openRenders(of(3, 2))
  const rendered: string[] = []
  const want = (client: string, name: string) => {
    const response = fake()
    const render = async () => void rendered.push(name)
    show({ response, client, render })
    return response
  }
  const [first] = ['a1', 'a2', 'a3', 'a4'].map((name) => want('a', name))
  want('b', 'b1')
  want('c', 'c1')
  expect(rendered).toEqual(['a1', 'a2', 'b1'])
  vi.useFakeTimers()
  first?.destroy()
  vi.advanceTimersByTime(1)
  vi.useRealTimers()
  expect(rendered).toEqual(['a1', 'a2', 'b1', 'a3'])
})

test('of pages that nobody reads a few are kept, fewer of one client, and the rest is ended', () => {
  vi.useFakeTimers()
  const show = openRenders(of(10))
  const want = (client: string) => {
    const response = fake()
    show({ response, client, render: async () => {} })
    return response
  }
  const kept = () => all.map(({ destroyed }) => !destroyed)
  const all = ['a', 'a', 'a', 'b', 'b'].map(want)
  vi.advanceTimersByTime(4_000)
  expect(kept()).toEqual([true, true, true, true, true])
  vi.advanceTimersByTime(2_000)
  expect(kept()).toEqual([true, true, false, true, false])
  all[0]?.destroy()
  all.push(want('b'))
  vi.advanceTimersByTime(6_000)
  expect(kept()).toEqual([false, true, false, true, false, true])
  vi.useRealTimers()
})
