import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect as connectTo } from 'node:net'
import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { openSse, type SseClient } from '#testing/sse.ts'
import type { Cache } from '../cache/cache.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import { formatVersion } from '../cache/version.ts'
import { followKeys } from './followed-keys.ts'
import type { LaidOut, Layouts } from './group-layout.ts'
import { followLiveness } from './liveness.ts'
import { openSessions, type Sessions } from './sessions.ts'

const log = pino({ level: 'silent' })
const undo: (() => void)[] = []
afterEach(() => {
  for (const each of undo.splice(0).reverse()) each()
})

const shown = (id: string, key = `json@1:${id}:shared`): LaidOut => ({
  id,
  key,
  token: `t-${key}`,
  schema: 'json@1',
  title: id,
  rawConfig: {},
})

function withResolvers(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Hub documents a test can edit. */
function editableLayouts(hubs: Record<string, { revision: number; widgets: LaidOut[] }>) {
  const listeners = new Set<(slug: string) => void>()
  /** Hubs and widgets that were looked at, in order. */
  const looked: string[] = []
  const layouts: Layouts = {
    hub(slug) {
      looked.push(slug)
      return hubs[slug]
    },
    widget(id) {
      looked.push(id)
      for (const [hub, { widgets }] of Object.entries(hubs)) {
        const found = widgets.find((widget) => widget.id === id)
        if (found) return { shown: found, hub }
      }
      return undefined
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    layouts,
    looked,
    edit(slug: string, widgets: LaidOut[] | undefined) {
      if (widgets) hubs[slug] = { revision: (hubs[slug]?.revision ?? 0) + 1, widgets }
      else delete hubs[slug]
      for (const listener of listeners) listener(slug)
    },
  }
}

async function commit(cache: Cache, key: string, value: unknown): Promise<void> {
  await cache.invalidate([
    { key, cause: { id: `event-for-${JSON.stringify(value).slice(0, 20)}`, topic: 'deploy.prod' } },
  ])
  await cache.read([key], { want: true })
  const { now } = await cache.read([])
  expect((await cache.acquire(key, 'token', 10_000, 0)).outcome).toBe('granted')
  const data = JSON.stringify(value)
  await cache.commit(key, 'token', { data, hash: data, empty: false, dueAt: now + 3_600_000 })
}

async function serve(
  hubs: Record<string, { revision: number; widgets: LaidOut[] }>,
  cache: Cache = memoryCache(),
  why?: () => string,
) {
  const stop = new AbortController()
  const { layouts, edit, looked } = editableLayouts(hubs)
  const liveness = await followLiveness(cache, () => performance.now(), why)
  const keys = await followKeys({ cache, log, signal: stop.signal, onPulse: liveness.heard })
  const sessions: Sessions = openSessions({ keys, layouts, liveness, build: 'test', signal: stop.signal })
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const target = { hubs: url.searchParams.getAll('hub'), widgets: url.searchParams.getAll('widget') }
    const cursor = request.headers['last-event-id'] ?? url.searchParams.get('cursor') ?? undefined
    sessions.open(response, target, cursor as string | undefined).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => {
    stop.abort()
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const connect = async (query: string, lastEventId?: string): Promise<SseClient> => {
    const client = await openSse(`${base}?${query}`, lastEventId === undefined ? {} : { lastEventId })
    undo.push(() => client.close())
    return client
  }
  return { cache, sessions, keys, edit, looked, connect, base }
}

const widget =
  (id: string, data: unknown) => (event: { name: string; data: { id: string; data: unknown } }) =>
    event.name === 'widget' &&
    event.data.id === id &&
    JSON.stringify(event.data.data) === JSON.stringify(data)

test('a session without a cursor is told how every widget stands, then of each change', async () => {
  const { cache, connect } = await serve({ team: { revision: 7, widgets: [shown('a'), shown('b')] } })
  await commit(cache, shown('a').key, 1)
  const client = await connect('hub=team')
  const hello = await client.until(({ name }) => name === 'hello')
  expect(hello.data).toMatchObject({ heartbeat: 8, build: 'test', hubs: { team: 7 } })
  expect(hello.data.keys).toEqual({ team: { a: 't-json@1:a:shared', b: 't-json@1:b:shared' } })
  await client.until(widget('a', 1))
  await client.until(({ name, data }) => name === 'widget' && data.id === 'b' && data.status === 'loading')
  await commit(cache, shown('b').key, { deep: ['x'] })
  const frame = await client.until(widget('b', { deep: ['x'] }))
  expect(frame.data).toMatchObject({ key: 't-json@1:b:shared', schema: 'json@1', status: 'fresh' })
  expect(frame.id).toBe(frame.data.version)
})

test('what keeps the line from going on is told with how far it came', async () => {
  const hubs = { team: { revision: 1, widgets: [shown('a')] } }
  const { connect } = await serve(hubs, memoryCache(), () => 'Redis is full.')
  const hello = await (await connect('hub=team')).until(({ name }) => name === 'hello')
  expect(hello.data).toMatchObject({ through: 0, why: 'Redis is full.' })
  const well = await (await (await serve(hubs)).connect('hub=team')).until(({ name }) => name === 'hello')
  expect(well.data).not.toHaveProperty('why')
})

test('a resumed session is sent what changed while it was away, and nothing else', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a'), shown('b')] } })
  await commit(cache, shown('b').key, 1)
  // Of the version that the cursor names, which is the highest it was sent.
  await commit(cache, shown('a').key, 1)
  const { cursor } = await cache.read([])
  await commit(cache, shown('b').key, 2)
  const client = await connect('hub=team', formatVersion(cursor))
  expect((await client.until(({ name }) => name === 'hello')).data.cursor).toBe(formatVersion(cursor))
  await client.until(widget('b', 2))
  expect(client.events.filter(({ name, data }) => name === 'widget' && data.id === 'a')).toEqual([])
})

test('what a session lacks is sent in ascending order, so that a cut loses nothing', async () => {
  const { cache, connect } = await serve({
    team: { revision: 1, widgets: [shown('a'), shown('b'), shown('c')] },
  })
  for (const id of ['b', 'c', 'a']) await commit(cache, shown(id).key, 1)
  const client = await connect('hub=team')
  await Promise.all(['a', 'b', 'c'].map((id) => client.until(widget(id, 1))))
  const frames = client.events.filter(({ name }) => name === 'widget')
  expect(frames.map(({ data }) => data.id)).toEqual(['b', 'c', 'a'])
  expect(frames.map(({ id }) => id)).toEqual(frames.map(({ data }) => data.version))
})

test('what went stale while nobody looked is due once a session resumes', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  const { cursor } = await cache.read([])
  await cache.invalidate([{ key: shown('a').key }])
  expect((await cache.claim(10, 10_000)).keys).toEqual([])
  const client = await connect('hub=team', formatVersion(cursor))
  await client.until(({ name }) => name === 'hello')
  expect((await cache.claim(10, 10_000)).keys).toEqual([shown('a').key])
})

test('an event in the middle of the connect order shows in the first words of the session', async () => {
  const cache = memoryCache()
  const { key } = shown('a')
  await commit(cache, key, 1)
  let happened = false
  /** An event comes after the first of registering interest and reading, whichever that is. */
  async function thenEvent<Reading>(reading: Promise<Reading>): Promise<Reading> {
    const read = await reading
    if (!happened) await cache.invalidate([{ key }])
    happened = true
    return read
  }
  const { connect } = await serve(
    { team: { revision: 1, widgets: [shown('a')] } },
    {
      ...cache,
      interest: (keys, ttl) => thenEvent(cache.interest(keys, ttl)),
      read: (keys, options) =>
        keys.length > 0 ? thenEvent(cache.read(keys, options)) : cache.read(keys, options),
    },
  )
  const client = await connect('hub=team')
  const frame = await client.until(({ name }) => name === 'widget')
  expect(frame.data).toMatchObject({ data: 1, status: 'refreshing' })
})

test('a change that is read before the feed brings it is sent once', async () => {
  const cache = memoryCache()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { connect } = await serve(
    { team: { revision: 1, widgets: [shown('a')] } },
    {
      ...cache,
      async *tail(from, signal) {
        await released
        yield* cache.tail(from, signal)
      },
    },
  )
  await commit(cache, shown('a').key, 1)
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  release()
  await commit(cache, shown('a').key, 2)
  await client.until(widget('a', 2))
  expect(client.events.filter(({ name }) => name === 'widget').map(({ data }) => data.data)).toEqual([1, 2])
})

test.each(['nonsense', '1:5', '9999999999999:1'])('cursor %s is answered by a manifest', async (cursor) => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  const { entries } = await cache.read([shown('a').key])
  const client = await connect('hub=team', cursor)
  const resync = await client.until(({ name }) => name === 'resync')
  expect(resync.data.widgets).toEqual({
    a: { key: 't-json@1:a:shared', version: formatVersion(entries[0]?.version ?? { epoch: 0, offset: 0 }) },
  })
})

test('a cursor this epoch never gave out is not believed', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  const { cursor } = await cache.read([])
  const client = await connect('hub=team', `${cursor.epoch}:${cursor.offset + 1_000}`)
  await client.until(({ name }) => name === 'resync')
})

test('ids ascend, and widgets that share a key move the cursor only together', async () => {
  const same = 'json@1:same:shared'
  const { cache, connect } = await serve({
    team: { revision: 1, widgets: [shown('a', same), shown('b', same), shown('c')] },
  })
  const client = await connect('hub=team')
  for (let value = 1; value <= 5; value++) {
    await commit(cache, same, value)
    await commit(cache, shown('c').key, value)
  }
  await client.until(widget('c', 5))
  await client.until(widget('b', 5))
  const ids = client.events.flatMap(({ id }) => (id ? [Number(id.split(':')[1])] : []))
  expect(ids).toEqual([...ids].sort((x, y) => x - y))
  const ofA = client.events.filter(({ name, data }) => name === 'widget' && data.id === 'a')
  expect(ofA.length).toBeGreaterThan(0)
  for (const { id } of ofA) expect(id).toBeUndefined()
})

test('data over the inline limit travels by href', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const client = await connect('hub=team')
  await commit(cache, shown('a').key, 'x'.repeat(9_000))
  const frame = await client.until(({ name, data }) => name === 'widget' && data.status === 'fresh')
  expect(frame.data.data).toBeUndefined()
  expect(frame.data.href).toMatch(/^\/api\/v1\/data\/t-json@1:a:shared\/\d+\/\d+\?widget=a$/)
})

test('a layout change: gained keys are read, told and sent; lost ones are silent', async () => {
  const { cache, connect, edit, keys } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('b').key, 'old')
  await commit(cache, shown('a').key, 1)
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  // The gained key has a lower version than what the session was sent last.
  edit('team', [shown('b')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect(layout.data).toEqual({ hub: 'team', revision: 2, keys: { b: 't-json@1:b:shared' } })
  await commit(cache, shown('b').key, 'new')
  await client.until(widget('b', 'new'))
  const since = client.events.slice(client.events.indexOf(layout) + 1)
  expect(since.map(({ data }) => [data.id, data.data])).toEqual([
    ['b', 'old'],
    ['b', 'new'],
  ])
  expect(keys.size).toBe(1)
})

test('a gained key that others follow already is sent too, though its version is lower', async () => {
  const { cache, connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b')] },
  })
  await commit(cache, shown('b').key, 'old')
  await commit(cache, shown('a').key, 1)
  const other = await connect('hub=other')
  await other.until(widget('b', 'old'))
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  edit('team', [shown('b')])
  const layout = await client.until(({ name }) => name === 'layout')
  await commit(cache, shown('b').key, 'new')
  await client.until(widget('b', 'new'))
  const since = client.events.slice(client.events.indexOf(layout) + 1)
  expect(since.map(({ data }) => data.data)).toEqual(['old', 'new'])
})

test('a layout is told once its gained keys are read, and not before', async () => {
  const cache = memoryCache()
  const { promise: released, resolve: release } = withResolvers()
  const { connect, edit } = await serve(
    { team: { revision: 1, widgets: [shown('a')] }, other: { revision: 1, widgets: [shown('c')] } },
    {
      ...cache,
      async read(keys, options) {
        if (keys.includes(shown('b').key)) await released
        return cache.read(keys, options)
      },
    },
  )
  await commit(cache, shown('b').key, 1)
  const client = await connect('hub=team')
  await client.until(({ name }) => name === 'hello')
  const other = await connect('hub=other')
  await other.until(({ name }) => name === 'hello')
  edit('team', [shown('a'), shown('b')])
  // Edits have their turns in order: once this one is told, only the read holds up the other.
  edit('other', [])
  await other.until(({ name }) => name === 'layout')
  await commit(cache, shown('a').key, 1)
  await client.until(widget('a', 1))
  expect(client.events.map(({ name }) => name)).not.toContain('layout')
  release()
  await client.until(({ name }) => name === 'layout')
  await client.until(widget('b', 1))
})

test('of two hubs that change at one time, each is told', async () => {
  const { connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b')] },
  })
  const client = await connect('hub=team&hub=other')
  await client.until(({ name }) => name === 'hello')
  edit('team', [shown('c')])
  edit('other', [shown('d')])
  await client.until(({ name, data }) => name === 'layout' && data.hub === 'other')
  await client.until(({ name, data }) => name === 'widget' && data.id === 'd')
  expect(
    client.events.filter(({ name }) => name === 'layout').map(({ data }) => [data.hub, data.keys]),
  ).toEqual([
    ['team', { c: 't-json@1:c:shared' }],
    ['other', { d: 't-json@1:d:shared' }],
  ])
})

test('of two hubs of which one is deleted, the other is followed on', async () => {
  const { connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b')] },
  })
  const client = await connect('hub=team&hub=other')
  await client.until(({ name }) => name === 'hello')
  edit('team', undefined)
  await client.until(({ name }) => name === 'gone')
  edit('other', [shown('d')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect([layout.data.hub, layout.data.keys]).toEqual(['other', { d: 't-json@1:d:shared' }])
  // Who asks for both again has a group of its own.
  const again = await connect('hub=team&hub=other')
  await again.until(({ name }) => name === 'hello')
  edit('other', [shown('e')])
  for (const each of [client, again])
    await each.until(({ name, data }) => name === 'layout' && Object.hasOwn(data.keys as object, 'e'))
})

test('who follows one widget is told when its card looks otherwise, not when another does', async () => {
  const { connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a'), shown('b')] } })
  const client = await connect('widget=a')
  await client.until(({ name }) => name === 'hello')
  edit('team', [shown('a'), { ...shown('b'), title: 'Other' }])
  edit('team', [{ ...shown('a'), rawConfig: { unit: 'ms' } }, shown('b')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect(layout.data).toEqual({ hub: 'team', revision: 3, keys: { a: 't-json@1:a:shared' } })
})

test('ids ascend over beats too', async () => {
  const { cache, connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  await commit(cache, shown('b').key, 'old')
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  // The line comes alive, which sessions are told by a beat.
  await cache.pulse('daemon', Date.now(), 5_000)
  const { id: beaten } = await client.until(({ name, id }) => name === 'beat' && id !== undefined)
  edit('team', [shown('a'), shown('b')])
  const { id } = await client.until(widget('b', 'old'))
  expect(beaten).toBeDefined()
  expect(id).toBeUndefined()
})

test('a deleted hub is gone; the stream of nothing else ends', async () => {
  const { connect, edit, sessions } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const client = await connect('hub=team')
  await client.until(({ name }) => name === 'hello')
  edit('team', undefined)
  expect((await client.until(({ name }) => name === 'gone')).data).toEqual({ hub: 'team' })
  await expect.poll(() => client.closed).toBe(true)
  expect(sessions.size).toBe(0)
})

test('all widgets that leave with their hub are gone before the stream of nothing else ends', async () => {
  const { connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a'), shown('b')] } })
  const client = await connect('widget=a&widget=b')
  await client.until(({ name }) => name === 'hello')
  edit('team', undefined)
  await expect.poll(() => client.closed).toBe(true)
  expect(client.events.filter(({ name }) => name === 'gone').map(({ data }) => data.id)).toEqual(['a', 'b'])
})

test('a hub deleted and made again is followed again by new sessions', async () => {
  const { cache, connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [] },
  })
  const first = await connect('hub=team&hub=other')
  await first.until(({ name }) => name === 'hello')
  edit('team', undefined)
  await first.until(({ name }) => name === 'gone')
  edit('team', [shown('a')])
  const second = await connect('hub=team&hub=other')
  await second.until(({ name }) => name === 'hello')
  await commit(cache, shown('a').key, 'again')
  await second.until(widget('a', 'again'))
})

test('one widget can be followed alone', async () => {
  const { cache, connect } = await serve({ team: { revision: 3, widgets: [shown('a'), shown('b')] } })
  const client = await connect('widget=a')
  expect((await client.until(({ name }) => name === 'hello')).data.hubs).toEqual({ team: 3 })
  await commit(cache, shown('b').key, 1)
  await commit(cache, shown('a').key, 2)
  await client.until(widget('a', 2))
  expect(client.events.filter(({ name, data }) => name === 'widget' && data.id === 'b')).toEqual([])
})

test('keys are followed while somebody shows them, and let go with the last', async () => {
  const { connect, keys, sessions } = await serve({
    team: { revision: 1, widgets: [shown('a'), shown('b')] },
  })
  const first = await connect('hub=team')
  const second = await connect('widget=a')
  await second.until(({ name }) => name === 'hello')
  expect(keys.size).toBe(2)
  first.close()
  await expect.poll(() => keys.size).toBe(1)
  second.close()
  await expect.poll(() => keys.size).toBe(0)
  expect(sessions.size).toBe(0)
})

test('a client that stops reading owes at most its keys, and is whole when it reads again', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const client = await connect('hub=team')
  await client.until(({ name }) => name === 'hello')
  client.pause()
  const filler = 'y'.repeat(7_000)
  for (let value = 0; value < 3_000; value++) await commit(cache, shown('a').key, [value, filler])
  client.resume()
  await client.until(({ name, data }) => name === 'widget' && data.data?.[0] === 2_999)
  expect(client.events.length).toBeLessThan(3_000)
})

/** Each of these follows a hub of its own too, so that each is of another group. */
async function manyGroups(count: number) {
  const names = Array.from({ length: count }, (_, n) => `other-${n}`)
  const others = Object.fromEntries(names.map((name) => [name, { revision: 1, widgets: [] }]))
  const served = await serve({ team: { revision: 1, widgets: [shown('a')] }, ...others })
  const clients = await Promise.all(names.map((name) => served.connect(`hub=team&hub=${name}`)))
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'hello')))
  return { ...served, clients }
}

/** However fast the machine, a slice is over whenever the clock is looked at. */
function shortSlices(): void {
  let now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 11
    return now
  })
  undo.push(() => clock.mockRestore())
}

test('a change that concerns many groups goes out in slices', async () => {
  const { cache, clients } = await manyGroups(64)
  shortSlices()
  const slices = vi.spyOn(globalThis, 'setImmediate')
  undo.push(() => slices.mockRestore())
  await commit(cache, shown('a').key, 1)
  await Promise.all(clients.map((client) => client.until(widget('a', 1))))
  const flushes = slices.mock.calls.filter(([callback]) => callback.name === 'flushDue')
  expect(flushes.length).toBeGreaterThanOrEqual(3)
})

test('an edit that concerns many groups is taken in in slices', async () => {
  const { clients, edit, looked } = await manyGroups(64)
  shortSlices()
  looked.length = 0
  const atOnce: number[] = []
  let going = true
  const turn = () => {
    atOnce.push(looked.length - atOnce.reduce((sum, some) => sum + some, 0))
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  edit('team', [shown('a'), shown('b')])
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'layout')))
  going = false
  expect(looked.length).toBeGreaterThanOrEqual(64)
  expect(Math.max(...atOnce)).toBeLessThan(16)
})

test('an edit of one hub makes nobody look at another, or at what is not there', async () => {
  const { connect, edit, looked } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b'), shown('c')] },
    third: { revision: 1, widgets: [shown('d')] },
  })
  const client = await connect('hub=team&hub=third&hub=missing&widget=b&widget=absent&widget=nowhere')
  await client.until(({ name }) => name === 'hello')
  looked.length = 0
  edit('team', [shown('a', 'json@1:new:shared')])
  await client.until(({ name }) => name === 'layout')
  expect(new Set(looked)).toEqual(new Set(['team']))
})

test('what is not there when a stream opens is told once, and makes no group of its own', async () => {
  const { connect, edit, looked } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const clients = await Promise.all(
    Array.from({ length: 8 }, (_, n) => connect(`hub=team&hub=missing-${n}&widget=absent-${n}`)),
  )
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'hello')))
  looked.length = 0
  edit('team', [shown('a', 'json@1:new:shared')])
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'layout')))
  expect(looked).toEqual(['team'])
  for (const [n, { events }] of clients.entries())
    expect(events.filter(({ name }) => name === 'gone').map(({ data }) => data)).toEqual([
      { hub: `missing-${n}` },
      { id: `absent-${n}` },
    ])
})

test('who asks again once it is there follows what was not there', async () => {
  const { cache, connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const first = await connect('hub=team&hub=later&widget=b')
  await first.until(({ name, data }) => name === 'gone' && data.id === 'b')
  edit('later', [shown('b')])
  const second = await connect('hub=team&hub=later&widget=b')
  const hello = await second.until(({ name }) => name === 'hello')
  expect(hello.data.hubs).toEqual({ team: 1, later: 1 })
  await commit(cache, shown('b').key, 1)
  await second.until(widget('b', 1))
  expect(second.events.filter(({ name }) => name === 'gone')).toEqual([])
})

test('a widget that is followed alone is followed into another hub, until it is nowhere', async () => {
  const { cache, connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 4, widgets: [] },
  })
  const client = await connect('widget=a')
  await client.until(({ name }) => name === 'hello')
  edit('team', [])
  edit('other', [shown('a', 'json@1:new:shared')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect(layout.data).toEqual({ hub: 'other', revision: 5, keys: { a: 't-json@1:new:shared' } })
  await commit(cache, 'json@1:new:shared', 1)
  await client.until(widget('a', 1))
  edit('other', [])
  expect((await client.until(({ name }) => name === 'gone')).data).toEqual({ id: 'a' })
  await expect.poll(() => client.closed).toBe(true)
})

test('a client that does not read is cut, though nothing but layouts changes', async () => {
  const widgets = Array.from({ length: 400 }, (_, n) => shown(`widget-${n}`, 'json@1:same:shared'))
  const { base, edit, sessions } = await serve({ team: { revision: 1, widgets } })
  const { port } = new URL(base)
  const reader = await openSse(`${base}?hub=team`)
  undo.push(() => reader.close())
  const idler = connectTo(Number(port), '127.0.0.1').on('error', () => {})
  undo.push(() => idler.destroy())
  idler.pause()
  idler.write(`GET /?hub=team HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  await expect.poll(() => sessions.size).toBe(2)
  // Some 20 MB: more than the buffers of the system take.
  for (let revision = 2; revision < 900; revision++) {
    edit('team', widgets)
    await reader.until(({ name, data }) => name === 'layout' && data.revision === revision)
  }
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 31_000)
  await expect.poll(() => sessions.size).toBe(1)
  vi.restoreAllMocks()
})

test('a widget that moves is followed through an edit of its new hub in the meantime', async () => {
  const cache = memoryCache()
  const slow = 'json@1:slow:shared'
  const { promise: released, resolve: release } = withResolvers()
  const { promise: asked, resolve: ask } = withResolvers()
  const { connect, edit } = await serve(
    { team: { revision: 1, widgets: [shown('a'), shown('b')] }, other: { revision: 1, widgets: [] } },
    {
      ...cache,
      async read(keys, options) {
        if (keys.includes(slow)) {
          ask()
          await released
        }
        return cache.read(keys, options)
      },
    },
  )
  const client = await connect('widget=a&widget=b')
  await client.until(({ name }) => name === 'hello')
  edit('other', [shown('a', slow)])
  edit('team', [shown('b')])
  await asked
  edit('other', [shown('a', 'json@1:newest:shared')])
  release()
  await client.until(
    ({ name, data }) => name === 'layout' && JSON.stringify(data.keys) === '{"a":"t-json@1:newest:shared"}',
  )
})

test('widgets of two hubs that share a key are both told of it, before and after one leaves', async () => {
  const same = 'json@1:same:shared'
  const { cache, connect, edit, keys } = await serve({
    team: { revision: 1, widgets: [shown('a', same)] },
    other: { revision: 1, widgets: [shown('b', same)] },
  })
  const client = await connect('hub=team&hub=other')
  await commit(cache, same, 1)
  await Promise.all(['a', 'b'].map((id) => client.until(widget(id, 1))))
  edit('team', [])
  await client.until(({ name }) => name === 'layout')
  await commit(cache, same, 2)
  await client.until(widget('b', 2))
  expect(client.events.filter(widget('a', 2))).toEqual([])
  edit('other', [])
  await expect.poll(() => keys.size).toBe(0)
})
