import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HubView } from '#contract/hub.ts'
import { hubSummary, hubView } from '#contract/hub.ts'
import type { Problem } from '#contract/problem.ts'
import { problem } from '#contract/problem.ts'
import type { WidgetTypeView } from '#contract/widget-type-view.ts'
import { widgetTypeView } from '#contract/widget-type-view.ts'
import { widgetType } from '#widgets/registry.ts'
import { terminal } from '../../changes/change.ts'
import { readHistory } from '../../changes/history.ts'
import type { OpenDatabase } from '../../db/database.ts'
import { emptyPglite } from '../../db/pglite.fixtures.ts'
import { type FollowedHubs, followHubs } from '../../hubs/follow.ts'
import { hubsRoom } from '../../hubs/hubs.ts'
import { lookUpIn } from '../../hubs/look-up.ts'
import { placer } from '../../hubs/placed.ts'
import { openApiTokens } from '../../hubs/tokens.ts'
import { hubOperations } from '../../operations/hubs.ts'
import { widgetTypeViews } from '../../operations/widget-type-views.ts'
import { widgetTypeOperations } from '../../operations/widget-types.ts'
import { authenticator } from './authenticate.ts'
import { clientRule } from './client-address.ts'
import { hubSchemaRoute } from './hub-schema.ts'
import { operationRoutes } from './operation-routes.ts'
import { type FrontServer, frontServer } from './server.ts'

const log = pino({ level: 'silent' })
const ended = new AbortController()
let database: OpenDatabase
let followed: FollowedHubs
let front: FrontServer
let base: string
let token: string
let writer: string
let publisher: string

beforeAll(async () => {
  database = await emptyPglite()
  const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
  const tokens = openApiTokens({ db: database.db })
  const place = placer({ typeOf: widgetType, secret: 's'.repeat(32), secrets: {} })
  followed = followHubs({ hubs, place, database, log, signal: ended.signal })
  await followed.ready
  const lacking = new Map([['commits', 'Install git.']])
  front = frontServer({ health: [], clientOf: clientRule([]), log })
  const types = widgetTypeViews(lacking)
  const routes = operationRoutes([
    ...hubOperations({ hubs, memory: followed, lookUp: lookUpIn(followed) }),
    ...widgetTypeOperations({ types }),
  ])
  front.serve([...routes, hubSchemaRoute(types)], authenticator(tokens))
  await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(front.server.address() as AddressInfo).port}/api/v1`
  ;({ id: writer, token } = await tokens.create('writer', ['hubs:write'], terminal))
  publisher = (await tokens.create('publisher', ['publish'], terminal)).token
}, 120_000)
afterAll(async () => {
  ended.abort()
  front.server.close()
  front.server.closeAllConnections()
  await database.close()
})

interface Sent {
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly bearer?: string | undefined
}

async function send(method: string, path: string, { body, headers = {}, bearer = token }: Sent = {}) {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? undefined : JSON.parse(text),
  }
}

const note = (text: string, more: object = {}) => ({
  type: 'notes',
  config: { text },
  position: { x: 0, y: 0, w: 4, h: 3 },
  ...more,
})
const hub = (more: object = {}) => ({ title: 'A hub', visibility: 'public', widgets: [note('hi')], ...more })

test('a hub is put, read with what it shows, and removed', async () => {
  const created = await send('PUT', '/hubs/first', { body: hub() })
  expect(created.status).toBe(201)
  expect(created.headers.get('location')).toBe('/api/v1/hubs/first')
  const view = created.json as HubView
  expect(hubView.parse(view)).toEqual(view)
  expect(view).toMatchObject({ slug: 'first', title: 'A hub', summary: '', embedOrigins: [] })
  expect(view.widgets).toMatchObject([
    { type: 'notes', title: 'Notes', config: { text: 'hi' }, schema: 'notes@2' },
  ])
  expect(view.widgets[0]?.key).toMatch(/^[\w-]{22}$/)
  expect(created.headers.get('etag')).toBe(`"${view.revision}"`)

  const read = await send('GET', '/hubs/first', { bearer: '' })
  expect([read.status, read.json, read.headers.get('etag')]).toEqual([200, view, `"${view.revision}"`])
  const again = await send('PUT', '/hubs/first', { body: hub() })
  expect([again.status, again.json]).toEqual([200, view])
  expect((await send('DELETE', '/hubs/first')).status).toBe(204)
  expect((await send('GET', '/hubs/first')).status).toBe(404)
  expect((await send('DELETE', '/hubs/first')).status).toBe(404)
})

test('what was read can be put back as it is, and changes nothing', async () => {
  const clock = { type: 'clock', config: { zones: [{ zone: 'UTC' }] }, position: { x: 4, y: 0, w: 4, h: 3 } }
  const { json } = await send('PUT', '/hubs/round', {
    body: hub({ widgets: [note('hi', { title: 'T' }), clock] }),
  })
  const { revision, widgets } = json as HubView
  // The title it was shown with is its own from now on; what follows is the same document.
  const first = await send('PUT', '/hubs/round', { body: json })
  const second = await send('PUT', '/hubs/round', { body: first.json })
  expect(first.json.widgets).toEqual(widgets)
  expect(second.json).toEqual(first.json)
  expect(second.json.revision).toBeGreaterThanOrEqual(revision)
  const other = await send('PUT', '/hubs/another', { body: json })
  expect([other.status, other.json.errors]).toEqual([
    422,
    [{ field: '/slug', message: 'is another hub’s: this is written to “another”' }],
  ])
})

test('what is written is logged with the token and the address it came from', async () => {
  await send('PUT', '/hubs/audited', { body: hub() })
  await send('DELETE', '/hubs/audited')
  const history = await readHistory(database.db, { kind: 'hub', id: 'audited' }, { limit: 10 })
  const by = { actor: writer, address: '127.0.0.1' }
  expect(history).toMatchObject([
    { kind: 'delete', ...by, before: history[1]?.after, after: null },
    { kind: 'put', ...by, before: null, after: { title: 'A hub', widgets: [{ type: 'notes' }] } },
  ])
})

test('a document may be YAML, with a byte order mark as JSON may have one', async () => {
  const put = (body: string, type: string) =>
    send('PUT', '/hubs/written', { body, headers: { 'content-type': type } })
  const yaml =
    '\ufefftitle: Written\nvisibility: public\nwidgets:\n  - type: notes\n    config: { text: hi }\n    position: { x: 0, y: 0, w: 4, h: 2 }\n'
  for (const type of ['application/yaml', 'text/yaml; charset=utf-8', 'application/x-yaml'])
    expect((await put(yaml, type)).json).toMatchObject({ title: 'Written' })
  expect((await put(`\ufeff${JSON.stringify(hub())}`, 'application/json')).status).toBe(200)
  const bad = await put('title: [', 'application/yaml')
  expect([bad.status, bad.json.detail]).toEqual([400, expect.stringMatching(/^It is not YAML: .* Line \d+/)])
  expect((await put('- '.repeat(16_000), 'application/yaml')).status).toBe(400)
  expect((await put(`title: ${'x'.repeat(33_000)}`, 'application/yaml')).status).toBe(413)
})

test('what may stand in a document is told to editors, with the settings of each type', async () => {
  const { status, headers, json } = await send('GET', '/hub.schema.json', { bearer: '' })
  expect([status, headers.get('content-type')]).toEqual([200, 'application/schema+json'])
  expect(json.required).toEqual(['title', 'visibility', 'widgets'])
  const { items } = json.properties.widgets
  expect(items.required).toEqual(['type', 'config', 'position'])
  const notes = items.allOf.find(
    (one: { if: { properties: { type: { const: string } } } }) => one.if.properties.type.const === 'notes',
  )
  expect(notes.then.properties.config.properties.text).toMatchObject({ type: 'string' })
})

test('only a token with the scope may write, whoever may read', async () => {
  for (const [bearer, status] of [
    ['', 401],
    ['hubs_wrong-wrong-wrong', 401],
    [publisher, 403],
  ] as const) {
    expect((await send('PUT', '/hubs/guarded', { body: hub(), bearer })).status).toBe(status)
    expect((await send('DELETE', '/hubs/guarded', { bearer })).status).toBe(status)
  }
  expect((await send('GET', '/hubs/guarded')).status).toBe(404)
})

test('If-Match and If-None-Match are kept', async () => {
  const put = (title: string, headers: Record<string, string>) =>
    send('PUT', '/hubs/matched', { body: hub({ title }), headers })
  expect((await put('a', { 'if-match': '*' })).status).toBe(412)
  expect((await put('a', { 'if-none-match': '*' })).status).toBe(201)
  expect((await put('b', { 'if-none-match': '*' })).status).toBe(412)
  const etag = (await send('GET', '/hubs/matched')).headers.get('etag') ?? ''
  for (const wrong of ['"0"', `W/${etag}`, 'nonsense', '""', `${etag}x`]) {
    expect((await put('b', { 'if-match': wrong })).status).toBe(412)
    expect((await send('DELETE', '/hubs/matched', { headers: { 'if-match': wrong } })).status).toBe(412)
  }
  expect((await put('b', { 'if-match': `"0", ${etag}` })).status).toBe(200)
  expect((await put('c', { 'if-match': etag })).status).toBe(412)
  expect((await put('c', { 'if-match': '*' })).status).toBe(200)
  const now = (await send('GET', '/hubs/matched')).headers.get('etag') ?? ''
  const again = await send('GET', '/hubs/matched', { headers: { 'if-none-match': now } })
  expect([again.status, again.headers.get('etag')]).toEqual([200, now])
  expect((await send('DELETE', '/hubs/matched', { headers: { 'if-match': now } })).status).toBe(204)
})

test.each([
  ['an unknown type', hub({ widgets: [note('x', { type: 'nope' })] }), '/widgets/0/type'],
  [
    'refused config',
    hub({ widgets: [note('x'), note('x', { config: { text: 5 } })] }),
    '/widgets/1/config/text',
  ],
  ['members only', hub({ visibility: 'members' }), '/visibility'],
  ['an unknown field', hub({ color: 'red' }), '/color'],
  ['no object', [], ''],
])('%s is a 422 that names the field and changes nothing', async (_, body, field) => {
  const { status, headers, json } = await send('PUT', '/hubs/refused', { body })
  expect(status).toBe(422)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(problem.parse(json)).toEqual(json)
  expect((json as Problem).errors?.map((error) => error.field)).toContain(field)
  expect((await send('GET', '/hubs/refused')).status).toBe(404)
})

test('other bad input is refused by its kind', async () => {
  const status = async (slug: string, body: unknown) => (await send('PUT', `/hubs/${slug}`, { body })).status
  expect(await status('api', hub())).toBe(422)
  expect(await status('Bad_Slug', hub())).toBe(422)
  expect(await status('%00', hub())).toBe(422)
  expect(await status('fine', '{"title":')).toBe(400)
  expect(await status('fine', hub({ summary: 'x'.repeat(1024 * 1024) }))).toBe(413)
  expect((await send('POST', '/hubs/fine', { body: hub() })).status).toBe(405)
  await send('PUT', '/hubs/owner', { body: hub({ widgets: [note('x', { id: 'theirs' })] }) })
  const taken = await send('PUT', '/hubs/fine', { body: hub({ widgets: [note('x', { id: 'theirs' })] }) })
  expect([taken.status, taken.json.errors[0].field]).toEqual([409, '/widgets/0/id'])
})

test('hubs are listed by slug, a page at a time', async () => {
  for (const slug of ['zz-c', 'zz-a', 'zz-b'])
    await send('PUT', `/hubs/${slug}`, { body: hub({ title: slug }) })
  const slugs = (json: { hubs: { slug: string }[] }) => json.hubs.map(({ slug }) => slug)
  const all = await send('GET', '/hubs', { bearer: '' })
  expect(slugs(all.json)).toEqual([...followed.hubs.keys()].sort())
  expect(all.json.next).toBeUndefined()
  expect(hubSummary.parse(all.json.hubs[0])).toEqual(all.json.hubs[0])
  const page = await send('GET', '/hubs?limit=2&after=zz')
  expect([slugs(page.json), page.json.next]).toEqual([['zz-a', 'zz-b'], 'zz-b'])
  const rest = await send('GET', `/hubs?limit=2&after=${page.json.next}`)
  expect([slugs(rest.json), rest.json.next]).toEqual([['zz-c'], undefined])
  for (const limit of ['0', '-1', '1.5', 'many', '1001']) {
    expect((await send('GET', `/hubs?limit=${limit}`)).status).toBe(400)
  }
})

test('widget types say what they take and what they lack', async () => {
  const { types } = (await send('GET', '/widget-types', { bearer: '' })).json as { types: WidgetTypeView[] }
  expect(types.map(({ type }) => type)).toContain('notes')
  for (const type of types) {
    expect(widgetTypeView.parse(type)).toEqual(type)
    expect(type.configSchema).toMatchObject({ type: 'object' })
    expect(widgetType(type.type)?.definition.config.safeParse(type.sampleConfig).success).toBe(true)
  }
  const byName = new Map(types.map((type) => [type.type, type]))
  expect(byName.get('commits')).toMatchObject({ available: false, remedy: 'Install git.' })
  expect(byName.get('notes')).toMatchObject({ available: true })
})

test('any body at any slug is a clear refusal or a hub', { timeout: 60_000 }, async () => {
  const bodies = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(hub({ widgets: [value] }))),
  )
  await fc.assert(
    fc.asyncProperty(bodies, fc.stringMatching(/^[a-z0-9%_.~-]{1,8}$/), async (body, slug) => {
      fc.pre(body !== '' && slug !== '.' && slug !== '..')
      const { status, json } = await send('PUT', `/hubs/${slug}`, { body })
      expect([201, 400, 404, 422]).toContain(status)
      if (status !== 201) expect((json as Problem).detail).not.toBe('')
    }),
    { numRuns: 200 },
  )
})
