import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startPostgres } from '#testing/servers/postgres.ts'
import { startRedis } from '#testing/servers/redis.ts'
import type { Server } from '#testing/servers/server.ts'
import { openSse } from '#testing/sse.ts'
import type { LoggedEvent } from '#widgets/define.ts'
import { widgetType } from '#widgets/registry.ts'
import { runAll } from '../base/service.ts'
import { AUDIT } from '../cache/cache.ts'
import { redisCache } from '../cache/redis-cache.ts'
import { openDatabase } from '../db/open-database.ts'
import { hubMemory } from '../hubs/hub-memory.ts'
import { type PlacedWidget, placer } from '../hubs/placed.ts'
import { openEventLog } from '../ingest/open-event-log.ts'
import { followKeys } from '../stream/followed-keys.ts'
import { followLiveness } from '../stream/liveness.ts'
import { openSessions } from '../stream/sessions.ts'
import { AUDIT_AGES } from './audit-counts.ts'
import { auditor } from './auditor.ts'
import { contextOpener } from './open-context.ts'
import { openRefresh } from './refresh.ts'

const log = pino({ level: 'silent' })
let redis: Server
let postgres: Server
const endings: (() => unknown)[] = []
beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})
afterAll(() => Promise.all([redis, postgres].map((server) => server.stop())))

const said = (id: string): LoggedEvent => ({
  ...{ id, source: 'story', type: 'story.told', topic: 'story.told', data: { message: id } },
  ...{ time: Date.now(), receivedAt: Date.now() },
})

/** A daemon without triage, so that the test is what logs and announces, and the stream of a hub with one activity card. */
async function open() {
  const stop = new AbortController()
  const { signal } = stop
  const admin = new Redis(redis.url)
  await admin.flushall()
  const cache = await redisCache({ url: redis.url, log })
  const database = await openDatabase({ url: postgres.url, dataDir: '/nonexistent', log })
  await database.migrate()
  await database.db.execute(sql`truncate events`)
  const events = openEventLog(database.db)
  const memory = hubMemory()
  const place = placer({ typeOf: widgetType, secret: 's'.repeat(32), secrets: {} })
  const { after: hub } = memory.set(
    'h',
    place({
      ...{ slug: 'h', title: 'H', summary: '', visibility: 'public', embedOrigins: [], revision: 1 },
      widgets: [
        {
          ...{ id: 'w', type: 'activity', title: null, position: { x: 0, y: 0, w: 4, h: 4 } },
          config: { topics: ['story.>'] },
        },
      ],
    }),
  )
  const widget = hub?.widgets[0] as PlacedWidget
  let reads = 0
  const refresh = openRefresh({
    ...{ cache, log, knows: () => true },
    find: (key) => (key === widget.key ? { key, type: widget.widgetType, params: widget.params } : undefined),
    sourceOf: () => undefined,
    openContext: contextOpener({
      ...{ memory, byKey: () => widget, secrets: {}, lacking: new Map() },
      fetch: () => Promise.reject(new Error('not here')),
      gitLog: async () => [],
      readEvents(query) {
        reads++
        return events.read(query)
      },
    }),
  })
  const refreshed = refresh.run(signal)
  const { look, counts } = auditor({ cache, memory, refresh, log })

  const liveness = await followLiveness(cache, () => performance.now())
  const keys = await followKeys({ cache, log, onPulse: liveness.heard })
  const sessions = openSessions({
    ...{ keys, liveness, build: 'test' },
    layouts: {
      hub: () => ({ revision: 1, widgets: [widget] }),
      widget: () => undefined,
      onChange: () => () => {},
    },
  })
  void runAll([keys, sessions], signal)
  const server = createServer((_, response) => {
    sessions.open(response, { hubs: ['h'], widgets: [] }, undefined).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stream = await openSse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  endings.push(async () => {
    stream.close()
    stop.abort()
    await refreshed
    server.closeAllConnections()
    server.close()
    admin.disconnect()
    await cache.close()
    await database.close()
  })
  const shown = (text: string) =>
    stream.until(({ name, data }) => name === 'widget' && JSON.stringify(data.data ?? '').includes(text))
  /** Says that all is handled which was on the bus up to so many milliseconds from now. */
  const handled = async (ms = 0) => {
    const { now } = await cache.lastPulse()
    expect(await cache.pulse('pulse', now + ms, 5_000)).toBe(true)
  }
  /** Audits once the result is old enough for it. */
  const audit = async () => {
    const before = reads
    await handled()
    await expect
      .poll(async () => {
        await look()
        return reads
      })
      .toBe(before + 1)
  }
  return { ...{ admin, cache, events, key: widget.key, look, counts, shown, handled, audit } }
}

test('what nothing announced reaches the stream once an audit has found it', async () => {
  const { cache, events, key, look, counts, shown, handled, audit } = await open()
  await shown('[]')
  await events.append([said('announced')])
  await cache.invalidate([{ key, cause: { id: 'announced', topic: 'story.told' } }])
  expect((await shown('announced')).data).toMatchObject({ cause: ['announced'] })
  await events.append([said('silent')])
  await audit()
  await handled(AUDIT_AGES[0] + 1_000)
  await look()
  const frame = await shown('silent')
  expect(frame.data.status).toBe('fresh')
  expect(frame.data).not.toHaveProperty('cause')
  expect((await cache.read([key])).entries[0]).toMatchObject({ fresh: true, cause: [AUDIT] })
  expect(counts).toEqual({ consistent: 0, inconsistent: [1, 0, 0, 0], discarded: 0, failed: 0 })
})

test('an event that is in the log, and whose invalidation is on its way, is no fault', async () => {
  const { cache, events, key, look, counts, shown, handled, audit } = await open()
  await shown('[]')
  await events.append([said('late')])
  await audit()
  await cache.invalidate([{ key }])
  await handled(AUDIT_AGES[0] + 1_000)
  await look()
  await shown('late')
  expect(counts).toEqual({ consistent: 0, inconsistent: [0, 0, 0, 0], discarded: 1, failed: 0 })
})

test('nothing is held against a result of a life that is over', async () => {
  const { admin, cache, events, key, look, counts, shown, handled, audit } = await open()
  await shown('[]')
  await events.append([said('before')])
  await audit()
  await admin.flushall()
  await shown('before')
  expect((await cache.read([key])).entries[0]).toMatchObject({ fresh: true, required: 0 })
  await handled(AUDIT_AGES[0] + 1_000)
  await look()
  expect(counts).toEqual({ consistent: 0, inconsistent: [0, 0, 0, 0], discarded: 1, failed: 0 })
})
