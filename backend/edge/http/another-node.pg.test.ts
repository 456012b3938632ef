import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '#testing/servers/postgres.ts'
import { widgetType } from '#widgets/registry.ts'
import { admin } from '../../access/actor.ts'
import { busStore } from '../../bus/bus-store.ts'
import { memoryBus } from '../../bus/memory-bus.ts'
import { memoryCache } from '../../cache/memory-cache.ts'
import { terminal } from '../../changes/change.ts'
import { openDatabase } from '../../db/open-database.ts'
import { parseEnv } from '../../env.ts'
import { type FollowedHubs, followHubs } from '../../hubs/follow.ts'
import { type HubsRoom, hubsRoom } from '../../hubs/hubs.ts'
import { lookUpIn } from '../../hubs/look-up.ts'
import { placer } from '../../hubs/placed.ts'
import { openEventLog } from '../../ingest/open-event-log.ts'
import type { Stores } from '../../stores.ts'
import { openFront } from '../front.ts'
import { services } from '../services.ts'
import { clientRule } from './client-address.ts'
import { type FrontServer, frontServer } from './server.ts'

/** One node serves, the other writes. The hint of a write is lost, so only a read tells the one of the other. */
const stop = new AbortController()
const log = pino({ level: 'silent' })
const secret = 's'.repeat(32)
let stores: Stores
let followed: FollowedHubs
let elsewhere: HubsRoom
let front: FrontServer
let base: string
let close: () => Promise<void>

beforeAll(async () => {
  const { url } = await createDatabase()
  const place = { url, dataDir: '/nonexistent', log }
  const [database, other] = await Promise.all([openDatabase(place), openDatabase(place)])
  await database.migrate()
  elsewhere = hubsRoom({ db: other.db, typeOf: widgetType })
  const { signal } = stop
  const bus = await memoryBus({ store: busStore(database.db), log })
  const cache = memoryCache()
  close = async () => {
    await Promise.allSettled([bus.close(), cache.close()])
    await Promise.all([database.close(), other.close()])
  }
  stores = {
    database,
    cache,
    bus,
    close,
    figures: [],
    checks: { database: database.check, cache: cache.check, bus: database.check },
  }
  const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
  followed = followHubs({
    ...{ hubs, log, signal },
    place: placer({ typeOf: widgetType, secret, secrets: {} }),
    database: { db: database.db, listen: async () => {} },
  })
  await followed.ready
  const parts = await openFront({
    ...{ env: parseEnv({}), secret, stores, hubs, followed, lookUp: lookUpIn(followed), log },
    ...{ lacking: new Map(), eventLog: openEventLog(database.db), origin: 'http://localhost', build: 'b' },
    ...{ figures: [], draining: () => false },
  })
  void parts.run(signal)
  front = frontServer({ health: [], clientOf: clientRule([]), log })
  front.serve(parts.routes, async () => admin)
  await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(front.server.address() as AddressInfo).port}/api/v1`
}, 120_000)
afterAll(async () => {
  stop.abort()
  front.server.closeAllConnections()
  front.server.close()
  await close()
})

/** What the other node has made by the time it is asked for here. */
async function made(slug: string) {
  const widget = {
    ...{ id: `${slug}-1`, type: 'notes', config: { text: slug } },
    position: { x: 0, y: 0, w: 4, h: 2 },
  }
  await elsewhere.put(slug, { title: slug, visibility: 'public', widgets: [widget] }, { by: terminal })
  return { slug, id: widget.id }
}

const placed = placer({ typeOf: widgetType, secret, secrets: {} })

test.each([
  ['hub', ({ slug }) => `/hubs/${slug}`, 200],
  ['snapshot', ({ slug }) => `/hubs/${slug}/snapshot`, 200],
  ['widget', ({ id }) => `/widgets/${id}`, 200],
  ['explain', ({ id }) => `/widgets/${id}/explain`, 200],
] as [string, (made: { slug: string; id: string }) => string, number][])(
  'the %s of what another node made a moment ago is there',
  async (name, path, status) => {
    expect((await fetch(base + path(await made(`api-${name}`)))).status).toBe(status)
    expect((await fetch(base + path({ slug: 'nowhere', id: 'nowhere' }))).status).toBe(404)
  },
)

test('so are its retry, its data and its stream', async () => {
  const retried = await made('retried')
  expect((await fetch(`${base}/widgets/${retried.id}/retry`, { method: 'POST' })).status).toBe(202)

  const { slug } = await made('with-data')
  const hub = await elsewhere.get(slug)
  const [widget] = hub ? placed(hub).widgets : []
  if (!widget || widget.problem) throw new Error('not placed')
  const answer = await fetch(`${base}/data/${widget.token}/1/1?widget=${widget.id}`)
  // Nothing is loaded, for no daemon runs; but it is known that a widget shows it.
  expect(await answer.json()).toMatchObject({ detail: 'There is no data of this yet.' })

  const streamed = await made('streamed')
  const request = get(`${base}/stream?hub=${streamed.slug}`)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  request.destroy()
  expect(response.statusCode).toBe(200)
})

const reads = () => services().as(services().anonymous)

test('the directory is read a page at a time, by title', async () => {
  const made = Array.from({ length: 450 }, (_, n) => `many-${String(n).padStart(3, '0')}`)
  await Promise.all(
    made.map((slug) =>
      elsewhere.put(slug, { title: slug, visibility: 'public', widgets: [] }, { by: terminal }),
    ),
  )
  await followed.caughtUp()
  const { total, pages } = await reads().directory(1)
  expect(pages).toBe(3)
  const all = await Promise.all([1, 2, 3].map((page) => reads().directory(page)))
  const titles = all.flatMap(({ hubs }) => hubs.map(({ title }) => title))
  expect(titles).toHaveLength(total)
  expect(titles).toEqual([...titles].sort(new Intl.Collator().compare))
  expect(all.map(({ from, to }) => [from, to])).toEqual([
    [1, 200],
    [201, 400],
    [401, total],
  ])
  expect(await reads().directory(99)).toEqual(all[2])
})

test('so are its pages', async () => {
  expect(await reads().hubPage((await made('page')).slug)).toMatchObject({ hub: { title: 'page' } })
  expect(await reads().embed((await made('embedded')).id)).toMatchObject({ hub: { slug: 'embedded' } })
  expect(await reads().hubPage('nowhere')).toBeUndefined()
})
