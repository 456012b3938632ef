import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished } from 'vitest'
import { openSse, type SseClient } from '#testing/sse.ts'
import { runAll } from '../base/service.ts'
import type { Cache } from '../cache/cache.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import { followKeys } from './followed-keys.ts'
import type { HubLayouts, LaidOut } from './hub-layouts.ts'
import { followLiveness } from './liveness.ts'
import { openSessions } from './sessions.ts'

const log = pino({ level: 'silent' })

export const shown = (id: string, key = `json@1:${id}:shared`): LaidOut => ({
  id,
  key,
  token: `t-${key}`,
  schema: 'json@1',
  title: id,
  rawConfig: {},
})

export function withResolvers(): { readonly promise: Promise<void>; resolve(): void } {
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
  const layouts: HubLayouts = {
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

/** Makes a key stale and stores a load of it, as an event and a daemon would. */
export async function commit(cache: Cache, key: string, value: unknown): Promise<void> {
  await cache.invalidate([
    { key, cause: { id: `event-for-${JSON.stringify(value).slice(0, 20)}`, topic: 'deploy.prod' } },
  ])
  await cache.read([key], { want: true })
  const { now } = await cache.read([])
  expect((await cache.acquire(key, 'token', 10_000, 0)).outcome).toBe('granted')
  const data = JSON.stringify(value)
  await cache.commit(key, 'token', { data, hash: data, empty: false, dueAt: now + 3_600_000 })
}

/** Sessions on a server of their own, until the test is over, with clients to follow hubs by. */
export async function serve(
  hubs: Record<string, { revision: number; widgets: LaidOut[] }>,
  cache: Cache = memoryCache(),
  why?: () => string,
) {
  const stop = new AbortController()
  const { layouts, edit, looked } = editableLayouts(hubs)
  const liveness = await followLiveness(cache, () => performance.now(), why)
  const keys = await followKeys({ cache, log, onPulse: liveness.heard })
  const sessions = openSessions({ keys, layouts, liveness, build: 'test' })
  void runAll([keys, sessions], stop.signal)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const target = { hubs: url.searchParams.getAll('hub'), widgets: url.searchParams.getAll('widget') }
    const cursor = request.headers['last-event-id'] ?? url.searchParams.get('cursor') ?? undefined
    sessions.open(response, target, cursor as string | undefined).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    stop.abort()
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const connect = async (query: string, lastEventId?: string): Promise<SseClient> => {
    const client = await openSse(`${base}?${query}`, lastEventId === undefined ? {} : { lastEventId })
    onTestFinished(() => client.close())
    return client
  }
  return { cache, sessions, keys, edit, looked, connect, base }
}

/** Whether an event is that widget with these data. */
export const widget =
  (id: string, data: unknown) => (event: { name: string; data: { id: string; data: unknown } }) =>
    event.name === 'widget' &&
    event.data.id === id &&
    JSON.stringify(event.data.data) === JSON.stringify(data)
