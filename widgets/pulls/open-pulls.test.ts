import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardedFetch } from '#backend/refresh/guarded-fetch.ts'
import { contextWith } from '../context.fixtures.ts'
import { implement, type LoadContext } from '../define.ts'
import { at, noon, request } from './deliveries.fixtures.ts'
import { load } from './loader.ts'
import { pulls } from './widget.ts'

const type = implement(pulls, load)

describe('the loader with a token', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  const server = createServer((request, response) => answer(request, response))
  let secrets: LoadContext['secrets']
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    secrets = { GITHUB_TOKEN: 'the-token', GITHUB_URL: `http://127.0.0.1:${port}/api/v3/` }
  })
  afterAll(() => {
    server.close()
  })

  const guarded = guardedFetch({ allow: ['127.0.0.1/32'], timeout: 5000, maxBytes: 1_000_000 })
  const run = async (config: unknown) =>
    await type.load(
      type.params(type.parseConfig(config)),
      contextWith({
        secrets,
        now: noon,
        fetch: (url, init) => guarded(url, init, new AbortController().signal),
      }),
    )
  const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

  test('shows what GitHub says', async () => {
    const asked: unknown[] = []
    answer = ({ url, headers }, response) => {
      asked.push([url, headers.authorization])
      json(response, url?.includes('/web/') ? [request(7, { updated_at: at(9) })] : [request(1), request(2)])
    }
    const { data } = await run({ repositories: ['acme/api', 'acme/web'], limit: 2 })
    expect(data).toMatchObject({
      pulls: [
        { repository: 'acme/web', number: 7 },
        { repository: 'acme/api', number: 2 },
      ],
      open: 3,
      complete: true,
      from: 'api',
    })
    const query = 'state=open&sort=updated&direction=desc&per_page=50&page=1'
    expect(asked.toSorted()).toEqual([
      [`/api/v3/repos/acme/api/pulls?${query}`, 'Bearer the-token'],
      [`/api/v3/repos/acme/web/pulls?${query}`, 'Bearer the-token'],
    ])
  })

  test('turns pages only until it has enough', async () => {
    const pages: (string | undefined)[] = []
    answer = ({ url }, response) => {
      const page = Number(/[?&]page=(\d+)/.exec(url ?? '')?.[1])
      pages.push(url)
      json(response, [request(page, { draft: page < 3 })], {
        link: '<https://api.github.com/x?page=9>; rel="next"',
      })
    }
    const { data } = await run({ repositories: ['acme/api'], limit: 1, showDrafts: false })
    expect(data).toMatchObject({ pulls: [{ number: 3 }], open: 1, complete: false })
    expect(pages).toHaveLength(3)
    await run({ repositories: ['acme/api'], limit: 50 })
    expect(pages).toHaveLength(7)
  })

  test.each([
    [429, { 'retry-after': '30' }, 'limited', 30_000],
    [403, { 'retry-after': '60' }, 'limited', 60_000],
    [429, { 'retry-after': new Date(noon + 120_000).toUTCString() }, 'limited', 120_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon / 1000 + 90) }, 'limited', 90_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon / 1000 - 90) }, 'limited', 1000],
    [403, { 'x-ratelimit-remaining': '0' }, 'limited', 60_000],
    [429, {}, 'limited', undefined],
    [403, { 'x-ratelimit-remaining': '12' }, 'upstream', undefined],
    [404, {}, 'upstream', undefined],
    [401, {}, 'unavailable', undefined],
    [500, {}, 'upstream', undefined],
  ])('answered %d with %j, it fails as %s', async (status, headers, code, retryAfter) => {
    answer = (_, response) => response.writeHead(status, { ...headers }).end('{"message":"no"}')
    await expect(run({ repositories: ['acme/api'] })).rejects.toMatchObject({ code, retryAfter })
  })

  test.each(['', '{"message":"hello"}', '[{"number":1}]', '<html>'])(
    'answered %j, it fails',
    async (body) => {
      answer = (_, response) => response.writeHead(200).end(body)
      await expect(run({ repositories: ['acme/api'] })).rejects.toMatchObject({
        code: 'upstream',
        message: 'GitHub answered something else than the pull requests of acme/api.',
      })
    },
  )

  test('fails when GitHub is away', async () => {
    answer = (_, response) => response.destroy()
    await expect(run({ repositories: ['acme/api'] })).rejects.toMatchObject({ code: 'upstream' })
  })
})
