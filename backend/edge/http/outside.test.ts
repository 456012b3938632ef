import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSse } from '#testing/sse.ts'
import { openWholeFront, type WholeFront } from './whole-front.fixtures.ts'

// What programs outside see of the API and of the stream, whole: status, headers and body. A change of it is meant to be
// seen in review; write what is right now with `npx vitest run --project unit backend/edge/http/outside -u`.

const TOKEN = 'hubs_admin_token_of_the_tests'
const HOOK_SECRET = 'a-secret-of-the-forge'

let front: WholeFront
let base: string
beforeAll(async () => {
  front = await openWholeFront(
    { HUBS_ADMIN_TOKEN: TOKEN, GITHUB_WEBHOOK_SECRET: HOOK_SECRET },
    { daemon: true },
  )
  base = `http://127.0.0.1:${front.port}`
})
afterAll(() => front.stop())

interface Ask {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly anonymous?: true
}

/** Those of an answer that are ours to promise. */
const promised = (name: string) =>
  !/^(date|connection|keep-alive|transfer-encoding|content-length)$/.test(name)

/** What differs from run to run, by the name of its field; all of it is opaque or a time. */
const varying =
  /^(now|through|at|time|loadedAt|checkedAt|dueAt|startedAt|endedAt|receivedAt|reference|instance)$/

function steady(value: unknown, name = ''): unknown {
  if (varying.test(name) && (typeof value === 'number' || typeof value === 'string')) return `<${name}>`
  if (name === 'version' || name === 'cursor') return `<${name}>`
  // How many events one load answers depends on when it began.
  if (name === 'cause' && Array.isArray(value)) return value.slice(-1)
  if (Array.isArray(value)) return value.map((each) => steady(each))
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? value.replaceAll(base, '<base>') : value
  return Object.fromEntries(Object.entries(value).map(([field, each]) => [field, steady(each, field)]))
}

async function answer(method: string, path: string, { body, headers = {}, anonymous }: Ask = {}) {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(anonymous ? {} : { authorization: `Bearer ${TOKEN}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const said = response.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : text
  return {
    asked: `${method} ${path}${anonymous ? ', without a token' : ''}`,
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => promised(name))),
    body: steady(said),
  }
}

/** One after another, for what one does the next may see. */
async function answers(asks: readonly (readonly [method: string, path: string, ask?: Ask])[]) {
  const all = []
  for (const each of asks) all.push(await answer(...each))
  return `${JSON.stringify(all, null, 1)}\n`
}

const at = (x: number) => ({ x, y: 0, w: 4, h: 3 })
const document = {
  title: 'Team',
  summary: 'What it does',
  visibility: 'public',
  widgets: [
    { id: 'note', type: 'notes', config: { text: '# Hello\n\n**there**' }, position: at(0) },
    { id: 'deploys', type: 'activity', config: { topics: ['deploy.>'] }, position: at(4) },
    {
      id: 'private',
      type: 'json',
      config: { url: 'http://127.0.0.1:1/x', as: 'number' },
      position: at(8),
    },
  ],
}
const event = (id: string) => ({
  ...{ specversion: '1.0', id, source: 'test', type: 'deploy.prod.web' },
  ...{ time: '2026-01-15T12:00:00Z', data: { version: id } },
})
const structured = { 'content-type': 'application/cloudevents+json' }

test('hubs', async () => {
  const path = '/api/v1/hubs/team'
  const put = (body: unknown, headers = {}): Ask => ({ body, headers })
  await expect(
    await answers([
      ['GET', '/api/v1/hubs'],
      ['GET', '/api/v1/hubs?limit=0'],
      ['PUT', path, { body: document, anonymous: true }],
      ['PUT', path, { ...put(document), headers: { authorization: 'Bearer hubs_wrong_token' } }],
      ['PUT', path, put('{"title":')],
      ['PUT', path, put({ title: 5, widgets: [{ type: 'none' }], more: 1 })],
      ['PUT', '/api/v1/hubs/admin', put(document)],
      ['PUT', path, put(document, { 'if-match': '"1"' })],
      ['PUT', path, put(document, { 'if-none-match': '*' })],
      ['PUT', path, put(document)],
      ['PUT', '/api/v1/hubs/other', put(document)],
      ['PUT', path, put('title: Y\nvisibility: public\nwidgets: [', { 'content-type': 'application/yaml' })],
      ['GET', path, { anonymous: true }],
      ['HEAD', path],
      ['POST', path, put({})],
      ['OPTIONS', path, { headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } }],
      ['GET', '/api/v1/hubs/none'],
      ['GET', '/api/v1/hubs?limit=1'],
      ['DELETE', '/api/v1/hubs/none'],
    ]),
  ).toMatchFileSnapshot('outside/hubs.txt')
})

test('widgets', async () => {
  const client = await openSse(`${base}/api/v1/stream?hub=team`)
  const ended = new Set<string>()
  while (ended.size < 3) {
    const { data } = await client.until(
      (one) =>
        one.name === 'widget' && /^(fresh|failed|empty)$/.test(one.data.status) && !ended.has(one.data.id),
    )
    ended.add(data.id)
  }
  client.close()
  await expect(
    await answers([
      ['GET', '/api/v1/hubs/team/snapshot', { anonymous: true }],
      ['GET', '/api/v1/hubs/none/snapshot'],
      ['GET', '/api/v1/widgets/note'],
      ['GET', '/api/v1/widgets/none'],
      ['GET', '/api/v1/widgets/private/explain', { anonymous: true }],
      ['POST', '/api/v1/widgets/none/retry'],
      ['GET', '/api/v1/data/none/1/2?widget=note'],
      ['GET', '/api/v1/widget-types'],
      ['GET', '/api/v1/none'],
    ]),
  ).toMatchFileSnapshot('outside/widgets.txt')
})

test('events, deliveries and dead letters', async () => {
  const ping = '{"zen":"Keep it simple","hook_id":1}'
  const signed = (body: string): Ask => ({
    body,
    anonymous: true,
    headers: {
      ...{ 'x-github-event': 'ping', 'x-github-delivery': 'd' },
      'x-hub-signature-256': `sha256=${createHmac('sha256', HOOK_SECRET).update(body).digest('hex')}`,
    },
  })
  const events = '/api/v1/events'
  await expect(
    await answers([
      ['POST', events, { body: event('1'), headers: structured, anonymous: true }],
      ['POST', events, { body: event('1'), headers: structured }],
      ['POST', events, { body: event('1'), headers: structured }],
      ['POST', events, { body: { ...event('1'), data: 5 }, headers: structured }],
      ['POST', events, { body: { specversion: '1.0' }, headers: structured }],
      [
        'POST',
        events,
        { body: [event('2'), event('3')], headers: { 'content-type': 'application/cloudevents-batch+json' } },
      ],
      ['POST', events, { body: event('4'), headers: { ...structured, prefer: 'return=minimal' } }],
      ['GET', events],
      ['OPTIONS', events, { headers: { 'webhook-request-origin': 'a.example' } }],
      ['POST', '/api/v1/hooks/github', signed(ping)],
      ['POST', '/api/v1/hooks/github', { ...signed(ping), body: `${ping} ` }],
      ['POST', '/api/v1/hooks/github', { body: ping, anonymous: true }],
      ['GET', '/api/v1/dead-letters', { anonymous: true }],
      ['GET', '/api/v1/dead-letters'],
      ['GET', '/api/v1/dead-letters/1'],
      ['DELETE', '/api/v1/dead-letters/1'],
    ]),
  ).toMatchFileSnapshot('outside/events.txt')
})

test('the stream', async () => {
  const client = await openSse(`${base}/api/v1/stream?hub=team`)
  await client.until(
    ({ name, data }) => name === 'widget' && data.id === 'private' && data.status === 'failed',
  )
  await answer('POST', '/api/v1/events', { body: event('live'), headers: structured })
  await client.until(
    ({ name, data }) => name === 'widget' && data.cause?.at(-1) === 'live' && data.status === 'fresh',
  )
  const widgets = document.widgets.slice(0, 1)
  await answer('PUT', '/api/v1/hubs/team', { body: { ...document, widgets } })
  await client.until(({ name }) => name === 'layout')
  await answer('DELETE', '/api/v1/hubs/team')
  await client.until(({ name }) => name === 'gone')
  client.close()
  const told = client.events.filter(({ name }) => name !== 'beat')
  const last = (pick: (one: (typeof told)[number]) => boolean) => told.findLast(pick)
  const shown = [
    last(({ name }) => name === 'hello'),
    last(({ name, data }) => name === 'widget' && data.id === 'private' && data.status === 'failed'),
    last(({ name, data }) => name === 'widget' && data.id === 'deploys' && data.status === 'fresh'),
    last(({ name }) => name === 'layout'),
    last(({ name }) => name === 'gone'),
  ].map((one) => one && { event: one.name, data: steady(one.data) })
  await expect(`${JSON.stringify(shown, null, 1)}\n`).toMatchFileSnapshot('outside/stream.txt')
})
