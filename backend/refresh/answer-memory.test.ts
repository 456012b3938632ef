import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AnswerMemory, answerMemory } from './answer-memory.ts'
import { guardedFetch } from './guarded-fetch.ts'

const never = new AbortController().signal
const old = new Date(Date.now() - 3_600_000).toUTCString()

/** A server whose pages have a version each, and answer 304 to who has it, as a real one does. */
async function serve(
  answer: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => { body: string; headers: Record<string, string> } | undefined,
) {
  const log: string[] = []
  const server = createServer((request, response) => {
    const page = answer(request, response)
    if (page === undefined) return
    const { etag, 'last-modified': changed } = page.headers
    const has = request.headers['if-none-match'] ?? request.headers['if-modified-since']
    const same =
      has !== undefined &&
      (has === etag || (request.headers['if-none-match'] === undefined && has === changed))
    log.push(`${request.method} ${request.url} ${same ? 304 : 200}`)
    if (same) response.writeHead(304, page.headers).end()
    else response.writeHead(200, page.headers).end(page.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const fetch = guardedFetch({ allow: ['127.0.0.1/32'], timeout: 20_000, maxBytes: 5 * 1024 * 1024 })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const get = async (path: string, request?: Parameters<typeof fetch>[1]) => {
    const response = await fetch(`${url}${path}`, request, never)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      url: response.url,
      text: await response.text(),
    }
  }
  return { url, log, get }
}

describe('what has not changed is not sent again', () => {
  test.each([
    ['an ETag', { etag: '"1"' }],
    ['a weak ETag', { etag: 'W/"1"' }],
    ['a time of last change', { 'last-modified': old }],
    ['both', { etag: '"1"', 'last-modified': old }],
  ])('with %s', async (_, mark) => {
    const { log, get, url } = await serve(() => ({
      body: '<rss/>',
      headers: { 'content-type': 'text/xml', ...mark },
    }))
    const whole = { status: 200, type: 'text/xml', url: `${url}/feed`, text: '<rss/>' }
    expect([await get('/feed'), await get('/feed'), await get('/feed')]).toEqual([whole, whole, whole])
    expect(log).toEqual(['GET /feed 200', 'GET /feed 304', 'GET /feed 304'])
  })

  test('a change is seen at once, and remembered in place of what was', async () => {
    let version = 1
    const { log, get } = await serve(() => ({ body: `v${version}`, headers: { etag: `"${version}"` } }))
    const texts = [await get('/'), await get('/')]
    version = 2
    texts.push(await get('/'), await get('/'))
    expect(texts.map(({ text }) => text)).toEqual(['v1', 'v1', 'v2', 'v2'])
    expect(log.map((line) => line.slice(-3))).toEqual(['200', '304', '200', '304'])
  })

  test('also when it travels compressed', async () => {
    const { log, get } = await serve((request, response) => {
      if (request.headers['if-none-match'] === '"z"') return { body: '', headers: { etag: '"z"' } }
      response.writeHead(200, { 'content-encoding': 'gzip', etag: '"z"' }).end(gzipSync('words'))
      return undefined
    })
    expect([(await get('/')).text, (await get('/')).text]).toEqual(['words', 'words'])
    expect(log).toEqual(['GET / 304'])
  })

  test('behind a redirect it is asked of the address it is from, which is another by then perhaps', async () => {
    let to = '/one'
    const { log, get, url } = await serve((request, response) => {
      if (request.url !== '/feed') return { body: request.url ?? '', headers: { etag: '"same"' } }
      expect(request.headers['if-none-match']).toBeUndefined()
      response.writeHead(302, { location: to }).end()
      return undefined
    })
    expect(await get('/feed')).toMatchObject({ text: '/one', url: `${url}/one` })
    expect(await get('/feed')).toMatchObject({ text: '/one', url: `${url}/one` })
    to = '/two'
    expect(await get('/feed')).toMatchObject({ text: '/two', url: `${url}/two` })
    expect(log).toEqual(['GET /one 200', 'GET /one 304', 'GET /two 200'])
  })

  test('an address that no longer redirects is not answered for by where it led', async () => {
    let redirects = true
    const { get } = await serve((request, response) => {
      if (request.url === '/a' && redirects) {
        response.writeHead(301, { location: '/b' }).end()
        return undefined
      }
      return { body: request.url ?? '', headers: { etag: '"same"' } }
    })
    expect((await get('/a')).text).toBe('/b')
    redirects = false
    expect((await get('/a')).text).toBe('/a')
  })
})

describe('what is asked for whole', () => {
  const etag = '"1"'

  test('each with credentials and languages of its own', async () => {
    const { log, get } = await serve((request) => ({
      body: `${request.headers.authorization} ${request.headers['accept-language']}`,
      headers: { etag, vary: 'accept-language' },
    }))
    const as = (authorization: string, language: string) =>
      get('/', { headers: { authorization, 'accept-language': language } })
    for (const [who, language] of [
      ['a', 'de'],
      ['b', 'de'],
      ['a', 'fr'],
    ] as const)
      for (let time = 0; time < 2; time++) expect((await as(who, language)).text).toBe(`${who} ${language}`)
    expect(log.map((line) => line.slice(-3))).toEqual(['200', '304', '200', '304', '200', '304'])
  })

  test.each<[string, Record<string, string>]>([
    ['no mark', {}],
    ['no leave to be kept', { etag, 'cache-control': 'private, no-store' }],
    ['an answer that varies by anything', { etag, vary: '*' }],
    [
      'a change a moment ago, which there may have been two of',
      { 'last-modified': new Date().toUTCString() },
    ],
  ])('%s', async (_, headers) => {
    const { log, get } = await serve(() => ({ body: 'x', headers }))
    await get('/')
    await get('/')
    expect(log).toEqual(['GET / 200', 'GET / 200'])
  })

  test('anything but a plain GET', async () => {
    const { log, get } = await serve(() => ({ body: 'x', headers: { etag } }))
    await get('/')
    expect((await get('/', { method: 'POST', body: 'b' })).text).toBe('x')
    expect((await get('/', { headers: { 'If-None-Match': etag } })).status).toBe(304)
    expect(log).toEqual(['GET / 200', 'POST / 200', 'GET / 304'])
  })

  test('what a server says has not changed, but of another version', async () => {
    let asked = 0
    const { get } = await serve((request, response) => {
      asked++
      if (request.headers['if-none-match'] === undefined)
        return { body: `v${asked}`, headers: { etag: `"${asked}"` } }
      response.writeHead(304, { etag: '"other"' }).end()
      return undefined
    })
    expect((await get('/')).text).toBe('v1')
    expect((await get('/')).text).toBe('v3')
  })

  test('an answer that was an error', async () => {
    const { log, get } = await serve((request, response) => {
      log.push(`${request.headers['if-none-match']}`)
      response.writeHead(500, { etag }).end('no')
      return undefined
    })
    await get('/')
    expect((await get('/')).status).toBe(500)
    expect(log).toEqual(['undefined', 'undefined'])
  })
})

describe('the memory', () => {
  const address = (place: number) => new URL(`https://a.example/${place}`)
  const put = (memory: AnswerMemory, place: number, bytes: number) =>
    memory.keep(address(place), {}, { status: 200, headers: { etag: '"1"' }, body: Buffer.alloc(bytes) })

  test('is bounded, and lets go what was asked for longest ago', () => {
    const memory = answerMemory()
    const half = 500_000
    for (let place = 0; place < 30; place++) put(memory, place, half)
    expect(memory.recall(address(0), {})).toBeDefined()
    for (let place = 30; place < 60; place++) put(memory, place, half)
    const left = Array.from({ length: 60 }, (_, place) => place).filter((place) =>
      memory.recall(address(place), {}),
    )
    expect(left.length * half).toBeLessThan(16 * 1024 * 1024)
    expect(left.length).toBeGreaterThan(25)
    expect(left).not.toContain(1)
    expect(left).toContain(59)
  })

  test('keeps no single answer above 1 MiB, and many small ones', () => {
    const memory = answerMemory()
    put(memory, 0, 2 * 1024 * 1024)
    expect(memory.recall(address(0), {})).toBeUndefined()
    for (let place = 1; place < 100_000; place++) put(memory, place, 10)
    const left = Array.from({ length: 100_000 }, (_, place) => place).filter((place) =>
      memory.recall(address(place), {}),
    )
    expect(left.length).toBeLessThan(20_000)
  })

  test('believes a server for an hour, then asks for the whole', () => {
    let now = 0
    const memory = answerMemory(() => now)
    put(memory, 1, 10)
    now = 3_599_000
    expect(memory.recall(address(1), {})).toBeDefined()
    now = 3_601_000
    expect(memory.recall(address(1), {})).toBeUndefined()
  })
})
