import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Readable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { LoadFailure } from '#widgets/define.ts'
import { guardedFetch } from './guarded-fetch.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Listens on all addresses, so that a refused one would answer if it were asked; `seen` is what arrived. */
async function serve(answer: RequestListener): Promise<{ port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  }).listen(0)
  servers.push(server)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, seen }
}

const never = new AbortController().signal
const options = { allow: ['127.0.0.1/32'], timeout: 20_000, maxBytes: 102_400 }
const local = guardedFetch(options)
const refused = expect.objectContaining({
  code: 'refused',
  message: expect.stringContaining('HUBS_FETCH_ALLOW'),
})
const upstream = (words: string) =>
  expect.objectContaining({ code: 'upstream', message: expect.stringContaining(words) })

describe('addresses', () => {
  test('an allowed range works, headers and body with it', async () => {
    const { port, seen } = await serve((_, response) => {
      response.setHeader('x-kind', 'test').end('{"a":1}')
    })
    const response = await local(
      `http://127.0.0.1:${port}/x?y=1`,
      { method: 'POST', headers: { 'x-token': 't' }, body: 'b' },
      never,
    )
    expect(await response.json()).toEqual({ a: 1 })
    expect(response.headers.get('x-kind')).toBe('test')
    expect(response.url).toBe(`http://127.0.0.1:${port}/x?y=1`)
    expect(seen.map(({ method, url, headers }) => [method, url, headers['x-token']])).toEqual([
      ['POST', '/x?y=1', 't'],
    ])
  })

  test.each([
    '127.0.0.2',
    'localhost',
    '0.0.0.0',
    '0',
    '2130706434',
    '0x7f.2',
    '0177.0.0.2',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.2]',
    '[::ffff:7f00:2]',
    '[::127.0.0.2]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::1]',
    '[fe80::1]',
    '[fd00::1]',
  ])('%s is refused and never connected to', async (host) => {
    const { port, seen } = await serve((_, response) => response.end('secret'))
    const strict = guardedFetch({ ...options, allow: ['127.0.0.9/32'] })
    await expect(strict(`http://${host}:${port}/`, {}, never)).rejects.toEqual(refused)
    expect(seen).toEqual([])
  })

  test('an allowed IPv4 address may be written as an IPv6 one', async () => {
    const { port } = await serve((_, response) => response.end('here'))
    expect(await (await local(`http://[::ffff:127.0.0.1]:${port}/`, {}, never)).text()).toBe('here')
  })

  test('IPv6 ranges can be allowed', async () => {
    const { port } = await serve((_, response) => response.end('here'))
    const six = guardedFetch({ ...options, allow: ['::1/128'] })
    const answer = six(`http://[::1]:${port}/`, {}, never)
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    // Containers often come without IPv6; then the address is permitted but leads nowhere.
    if (addresses.some(({ family }) => family === 'IPv6')) expect(await (await answer).text()).toBe('here')
    else await expect(answer).rejects.toEqual(expect.objectContaining({ code: 'upstream' }))
  })

  test.each([
    'ftp://example.org/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'http://me:pw@127.0.0.1/',
    'nonsense',
  ])('%s is refused', async (url) => {
    await expect(local(url, {}, never)).rejects.toEqual(expect.objectContaining({ code: 'refused' }))
  })
})

describe('names', () => {
  const answers = (...turns: string[][]) => {
    const asked: string[] = []
    const lookup = async (host: string) => {
      const turn = turns[Math.min(asked.push(host), turns.length) - 1] ?? []
      return turn.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    }
    return { asked, lookup }
  }

  test('a name is looked up once a connection, and that answer is used', async () => {
    const { port } = await serve((_, response) => response.end('here'))
    const { asked, lookup } = answers(['127.0.0.1'], ['127.0.0.2'])
    const fetch = guardedFetch({ ...options, lookup })
    expect(await (await fetch(`http://rebind.example:${port}/`, {}, never)).text()).toBe('here')
    expect(asked).toEqual(['rebind.example'])
  })

  test('a name that changes its mind is refused at its next connection', async () => {
    const { port, seen } = await serve((_, response) => {
      response.setHeader('connection', 'close').end('here')
    })
    const fetch = guardedFetch({ ...options, ...answers(['127.0.0.1'], ['127.0.0.2']) })
    await fetch(`http://rebind.example:${port}/`, {}, never)
    await expect(fetch(`http://rebind.example:${port}/`, {}, never)).rejects.toEqual(refused)
    expect(seen).toHaveLength(1)
  })

  test('of several addresses only permitted ones are tried', async () => {
    const { port, seen } = await serve((_, response) => response.end('here'))
    const fetch = guardedFetch({ ...options, ...answers(['::1', '127.0.0.2', '127.0.0.1']) })
    expect(await (await fetch(`http://mixed.example:${port}/`, {}, never)).text()).toBe('here')
    expect(seen.map(({ socket }) => socket.localAddress?.replace('::ffff:', ''))).toEqual(['127.0.0.1'])
  })

  test('a name nobody knows is told as that', async () => {
    const lookup = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    }
    const fetch = guardedFetch({ ...options, lookup })
    await expect(fetch('http://nowhere.example/', {}, never)).rejects.toEqual(
      upstream('There is no host named nowhere.example'),
    )
  })
})

describe('redirects', () => {
  test('are followed, relative ones too, and the last address is told', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/end') response.end('done')
      else response.writeHead(302, { location: '/end' }).end()
    })
    const response = await local(`http://127.0.0.1:${port}/start`, {}, never)
    expect([await response.text(), response.url]).toEqual(['done', `http://127.0.0.1:${port}/end`])
  })

  test('to a refused address are refused before a connection', async () => {
    const { port, seen } = await serve((request, response) => {
      response.writeHead(302, { location: `http://127.0.0.2:${request.socket.localPort}/secret` }).end()
    })
    await expect(local(`http://127.0.0.1:${port}/`, {}, never)).rejects.toEqual(refused)
    expect(seen.map(({ url }) => url)).toEqual(['/'])
  })

  test.each([
    ['of any length of scheme', `${'a'.repeat(15_000)}:x`, 'not aaaa'],
    ['of any length of host', `http://${'a'.repeat(15_000)}/`, 'too long'],
  ])('%s are refused in a short sentence', async (_, location, words) => {
    const { port } = await serve((_, response) => response.writeHead(302, { location }).end())
    const failure = await local(`http://127.0.0.1:${port}/`, {}, never).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'refused', message: expect.stringContaining(words) })
    expect((failure as Error).message.length).toBeLessThan(120)
  })

  test.each(['file:///etc/passwd', 'http://me:pw@127.0.0.1/', 'http://'])(
    'to %s are refused',
    async (location) => {
      const { port } = await serve((_, response) => response.writeHead(302, { location }).end())
      await expect(local(`http://127.0.0.1:${port}/`, {}, never)).rejects.toEqual(
        expect.objectContaining({ code: 'refused' }),
      )
    },
  )

  test('end after five', async () => {
    const { port, seen } = await serve((_, response) => response.writeHead(301, { location: '/again' }).end())
    await expect(local(`http://127.0.0.1:${port}/`, {}, never)).rejects.toEqual(upstream('more than 5 times'))
    expect(seen).toHaveLength(6)
  })

  test('to another origin carry no credentials, within one they do', async () => {
    const other = await serve((_, response) => response.end('done'))
    const { port, seen } = await serve((request, response) => {
      const location = request.url === '/' ? '/same' : `http://127.0.0.1:${other.port}/`
      response.writeHead(307, { location }).end()
    })
    const headers = { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Api-Key': 'k', Accept: 'text/plain' }
    await local(`http://127.0.0.1:${port}/`, { headers }, never)
    const carried = ({ headers: { authorization, cookie, 'x-api-key': key, accept } }: IncomingMessage) => [
      authorization,
      cookie,
      key,
      accept,
    ]
    expect(seen.map(carried)).toEqual([
      ['Bearer x', 'a=b', 'k', 'text/plain'],
      ['Bearer x', 'a=b', 'k', 'text/plain'],
    ])
    expect(other.seen.map(carried)).toEqual([[undefined, undefined, undefined, 'text/plain']])
  })

  test('turn a POST into a GET as browsers do', async () => {
    const { port, seen } = await serve((request, response) => {
      if (request.url === '/end') response.end()
      else response.writeHead(request.url === '/kept' ? 308 : 303, { location: '/end' }).end()
    })
    await local(`http://127.0.0.1:${port}/form`, { method: 'POST', body: 'x' }, never)
    await local(`http://127.0.0.1:${port}/kept`, { method: 'POST', body: 'x' }, never)
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /form',
      'GET /end',
      'POST /kept',
      'POST /end',
    ])
  })
})

describe('size and time', () => {
  const endless = () =>
    Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(16_384)
      })(),
    )

  test('a body over the limit is dropped while it is read', async () => {
    const { port } = await serve((_, response) => endless().pipe(response))
    await expect(local(`http://127.0.0.1:${port}/`, {}, never)).rejects.toEqual(upstream('more than 100 KiB'))
  })

  test('what counts is the decompressed size', async () => {
    const { port, seen } = await serve((request, response) => {
      response.setHeader('content-encoding', 'gzip')
      if (request.url === '/fits') response.end(gzipSync('a'.repeat(102_400)))
      else endless().pipe(createGzip()).pipe(response)
    })
    const fits = await local(`http://127.0.0.1:${port}/fits`, {}, never)
    expect((await fits.text()).length).toBe(102_400)
    expect(fits.headers.get('content-encoding')).toBeNull()
    await expect(local(`http://127.0.0.1:${port}/bomb`, {}, never)).rejects.toEqual(upstream('more than'))
    await expect.poll(() => seen.at(-1)?.socket.destroyed).toBe(true)
  })

  test.each([
    ['that never answers', () => {}],
    ['that answers drop by drop', (response: ServerResponse) => response.write('a')],
  ])('a server %s runs out of time', async (_, answer) => {
    const { port } = await serve((_request, response) => void answer(response))
    const hasty = guardedFetch({ ...options, timeout: 200 })
    await expect(hasty(`http://127.0.0.1:${port}/`, {}, never)).rejects.toEqual(upstream('within 0.2 s'))
  })

  test('the caller can give up, and gets its own reason', async () => {
    const stop = new AbortController()
    const { port } = await serve((_, response) => {
      response.write('a')
      stop.abort('lease lost')
    })
    await expect(local(`http://127.0.0.1:${port}/`, {}, stop.signal)).rejects.toBe('lease lost')
    await expect(local(`http://127.0.0.1:${port}/`, {}, stop.signal)).rejects.toBe('lease lost')
  })
})

test('answers without a body, and errors of the server, are answers', async () => {
  const { port } = await serve((request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end()
  })
  for (const status of [204, 304, 404, 503]) {
    expect((await local(`http://127.0.0.1:${port}/${status}`, {}, never)).status).toBe(status)
  }
})

test.each([
  [
    'closes the connection',
    (request: IncomingMessage) => request.socket.destroy(),
    'broke the connection off',
  ],
  [
    'does not speak HTTP',
    (request: IncomingMessage) => request.socket.end('hello\r\n\r\n'),
    'not HTTP as it should be',
  ],
])('a server that %s is told as that', async (_, answer, words) => {
  const { port } = await serve((request) => void answer(request))
  const failure = await local(`http://127.0.0.1:${port}/`, {}, never).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(LoadFailure)
  expect(failure).toEqual(upstream(words))
})

test('a port nobody listens on is told as that', async () => {
  const { port } = await serve(() => {})
  const server = servers.pop()
  server?.close()
  if (server) await once(server, 'close')
  await expect(local(`http://127.0.0.1:${port}/`, {}, never)).rejects.toEqual(upstream('refuses connections'))
})
