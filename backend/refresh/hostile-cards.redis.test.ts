import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import type { Server } from '#testing/servers/server.ts'
import type { LoadContext, WidgetType } from '#widgets/define.ts'
import { partyOf } from '#widgets/kit/party.ts'
import { widgetType } from '#widgets/registry.ts'
import type { Cache } from '../cache/cache.ts'
import { redisCache } from '../cache/redis-cache.ts'
import type { Key } from '../cache/version.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { lazySignal } from './lazy-signal.ts'
import { openRefresh } from './refresh.ts'

let redis: Server
let upstream: HttpServer
let url = ''
let answered = 0
const feed = `<rss version="2.0"><channel>${'<item><title>a</title></item>'.repeat(180_000)}</channel></rss>`
const openBrackets = '['.repeat(5 * 1024 * 1024)

beforeAll(async () => {
  redis = await startRedis()
  upstream = createServer((request, response) => {
    if (request.url === '/brackets') return response.end(openBrackets)
    if (request.url === '/feed') return response.end(feed)
    answered++
    return response.end(JSON.stringify({ parts: [answered, 0] }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => upstream.once('listening', resolve))
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
})
const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})
afterAll(() => {
  upstream.closeAllConnections()
  upstream.close()
  return redis.stop()
})

/** A daemon over what the one before left in Redis. */
function daemon(cache: Cache, cards: ReadonlyMap<Key, { type: WidgetType; config: unknown }>) {
  const stop = new AbortController()
  const fetch = guardedFetch({ allow: ['127.0.0.1/32'], timeout: 30_000, maxBytes: 5 * 1024 * 1024 })
  const loaded: Key[] = []
  const refresh = openRefresh({
    ...{
      cache,
      log: pino({ level: 'silent' }),
      knows: () => true,
      sourceOf: () => undefined,
    },
    find(key) {
      const card = cards.get(key)
      return card && { key, type: card.type, params: card.type.params(card.type.parseConfig(card.config)) }
    },
    openContext({ key }, now, lifetime) {
      loaded.push(key)
      const reach: Pick<LoadContext, 'fetch'> = {
        fetch: (to, init) => lifetime.outside(fetch(to, init, lifetime.signal())),
      }
      return lazySignal(lifetime, {
        ...reach,
        now,
        party: partyOf('h'),
        secrets: {},
      } as unknown as LoadContext)
    },
  })
  const done = refresh.run(stop.signal)
  const end = () => {
    stop.abort()
    return done
  }
  return { refresh, loaded, end }
}

test('hostile cards are set aside, past events and a restart, and the good one beside them is loaded all the while', async () => {
  const json = widgetType('json') as WidgetType
  const cards = new Map([
    ['json@2:good:shared', { type: json, config: { url, pick: '$sum(parts)' } }],
    ['json@2:pad:shared', { type: json, config: { url, pick: '$pad("x", 500000000)' } }],
    ['json@2:loop:shared', { type: json, config: { url, pick: '($f := function() { $f() }; $f())' } }],
    ['json@2:brackets:shared', { type: json, config: { url: `${url}/brackets` } }],
    ['feed@1:feed:shared', { type: widgetType('feed') as WidgetType, config: { url: `${url}/feed` } }],
  ])
  const [good = '', ...others] = [...cards.keys()]
  const hostile = others.slice(0, 2)
  /** Ends its process or is found to be no JSON, whichever a machine comes to first. */
  const brackets = 'json@2:brackets:shared'
  const cache = await redisCache({ url: redis.url })
  endings.push(() => cache.close())
  const entry = async (key: Key) => (await cache.read([key])).entries[0]
  const first = daemon(cache, cards)
  endings.push(first.end)
  await cache.interest([good], 600_000)
  await expect.poll(async () => (await entry(good))?.fresh).toBe(true)

  // An event for the good card as soon as it is fresh, for as long as the others are not done for.
  await cache.interest(others, 600_000)
  let rounds = 0
  const done = async () => (await Promise.all([...hostile, brackets].map(entry))).every((one) => one?.error)
  while (rounds < 4 || !(await done())) {
    await first.refresh.invalidate([{ key: good }])
    await expect.poll(async () => (await entry(good))?.fresh).toBe(true)
    rounds++
  }
  for (const key of hostile) expect((await entry(key))?.error).toMatchObject({ code: 'set-aside' })
  await expect.poll(async () => (await entry('feed@1:feed:shared'))?.hasData).toBe(true)
  await first.end()

  const second = daemon(cache, cards)
  endings.push(second.end)
  await cache.interest([...cards.keys()], 600_000)
  await second.refresh.invalidate([...cards.keys()].map((key) => ({ key })))
  await expect.poll(async () => (await entry(good))?.fresh).toBe(true)
  await expect.poll(async () => (await entry('feed@1:feed:shared'))?.fresh).toBe(true)
  expect(second.loaded).toEqual(expect.arrayContaining([good]))
  expect(second.loaded.filter((key) => hostile.includes(key))).toEqual([])
})
