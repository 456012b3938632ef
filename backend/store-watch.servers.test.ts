import { pino } from 'pino'
import postgres from 'postgres'
import { afterEach, expect, test } from 'vitest'
import { createDatabase } from '#testing/servers/postgres.ts'
import { startRedis } from '#testing/servers/redis.ts'
import { redisCache } from './cache/redis-cache.ts'
import { openDatabase } from './db/open-database.ts'
import { awayStores, storeWatch } from './store-watch.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

async function open() {
  const redis = await startRedis()
  const cache = await redisCache({ url: redis.url })
  undo.push(redis.stop, cache.close)
  const checks = { database: async () => {}, cache: cache.check, bus: async () => {} }
  return { redis, cache, checks }
}

test('a store that goes and comes back is a line each, however often it is met meanwhile', async () => {
  const { redis, cache, checks } = await open()
  const lines: { level: number; msg: string }[] = []
  const stop = new AbortController()
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const watch = storeWatch(checks, log)
  const watching = watch.run(stop.signal)
  const said = () => lines.map(({ msg }) => msg)
  await redis.kill()
  await expect.poll(said, { timeout: 10_000 }).toEqual(['The cache is away: Redis cannot be reached.'])
  expect(watch.why()).toBe('Redis cannot be reached.')
  expect((await watch.away()).map(({ store }) => store)).toEqual(['cache'])
  await expect(cache.read([])).rejects.toMatchObject({ code: 'cache-away' })
  await redis.restart()
  await expect.poll(() => said().length, { timeout: 15_000 }).toBe(2)
  expect(said()[1]).toMatch(/^The cache is back after \d+ s\.$/)
  expect(watch.why()).toBeUndefined()
  stop.abort()
  await watching
}, 60_000)

test('a store is not away because this process was held up', async () => {
  const { checks } = await open()
  await expect.poll(() => awayStores(checks), { timeout: 10_000 }).toEqual([])
  const asking = awayStores(checks)
  // The question is sent, and the answer read, only after this.
  const until = performance.now() + 1_500
  setImmediate(() => {
    while (performance.now() < until);
  })
  expect(await asking).toEqual([])
}, 60_000)

test('a store that hangs is away within a second', async () => {
  const { redis, checks } = await open()
  redis.pause()
  expect(await awayStores(checks)).toMatchObject([{ store: 'cache', reason: 'It does not answer.' }])
  redis.resume()
  await expect.poll(() => awayStores(checks), { timeout: 15_000 }).toEqual([])
}, 60_000)

test('a Postgres without a connection left is away, and says so', async () => {
  const { url, drop } = await createDatabase()
  undo.push(drop)
  const admin = postgres(url, { max: 1, onnotice: () => {} })
  const role = `few_${process.pid}`
  await admin.unsafe(`create role ${role} login connection limit 1`)
  undo.push(async () => {
    await admin.unsafe(`drop role ${role}`)
    await admin.end()
  })
  const few = new URL(url)
  few.username = role
  const database = await openDatabase({
    url: few.href,
    dataDir: '/nonexistent',
    log: pino({ level: 'silent' }),
  })
  undo.push(database.close)
  const checks = { database: database.check, cache: async () => {}, bus: async () => {} }
  const full = 'Postgres has no connection left: raise its max_connections, or run fewer processes.'
  expect(await awayStores(checks)).toMatchObject([{ store: 'database', reason: full }])
  await admin.unsafe(`alter role ${role} connection limit 20`)
  expect(await awayStores(checks)).toEqual([])
}, 60_000)
