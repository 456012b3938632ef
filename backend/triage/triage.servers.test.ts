import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import { startPostgres } from '#testing/servers/postgres.ts'
import { startRedis } from '#testing/servers/redis.ts'
import type { Server } from '#testing/servers/server.ts'
import { natsBus } from '../bus/nats-bus.ts'
import type { CacheEntry } from '../cache/cache.ts'
import { redisCache } from '../cache/redis-cache.ts'
import { openDatabase } from '../db/open-database.ts'
import { openEventLog } from '../ingest/open-event-log.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { matchingIndex } from './matching.ts'
import { replayMemory } from './replay-memory.ts'
import { openTriage } from './triage.ts'

const logger = pino({ level: 'silent' })
let redis: Server
let nats: Server
let postgres: Server
const endings: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  ;[redis, nats, postgres] = await Promise.all([startRedis(), startNats(), startPostgres()])
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})
afterAll(async () => {
  await Promise.all([redis, nats, postgres].map((server) => server.stop()))
})

async function open() {
  const database = await openDatabase({ url: postgres.url, dataDir: '/nonexistent', log: logger })
  await database.migrate()
  const cache = await redisCache({ url: redis.url, log: logger })
  const bus = natsBus({ url: nats.url, log: logger })
  endings.push(() => Promise.all([bus.close(), cache.close()]).then(() => database.close()))
  return { database, cache, bus }
}

/** One daemon's triage on the real servers, with connections of its own. */
async function daemon() {
  const { database, cache, bus } = await open()
  const log = openEventLog(database.db)
  const index = matchingIndex<InvalidationTarget>()
  for (let key = 0; key < 20; key++) {
    const target = { key: `k${key}`, reads: key % 2 === 0, settle: 0 }
    index.add(String(key), [{ topic: 'load.*', where: { 'data.key': key } }], target)
  }
  const ending = new AbortController()
  const replays = replayMemory(database)
  const { counts, run } = openTriage({ bus, cache, log, index, indexed: async () => {}, replays, logger })
  const done = run(ending.signal)
  const stop = () => {
    ending.abort()
    return done
  }
  endings.push(stop)
  return { counts, stop }
}

test('two daemons lose nothing and put nothing aside while each server goes and comes back', async () => {
  const { database, cache, bus } = await open()
  const keys = Array.from({ length: 20 }, (_, key) => `k${key}`)
  /** This process has a connection of its own, which may come back after those of the daemons. */
  async function watched() {
    let entries: readonly CacheEntry[] = []
    await expect
      .poll(async () => {
        entries = await cache.interest(keys, 600_000).then(
          (reading) => reading.entries,
          () => [],
        )
        return entries.length
      })
      .toBe(keys.length)
    return entries
  }
  const [first, second] = [await daemon(), await daemon()]
  const sum = (count: 'matched' | 'replayed' | 'deadLettered') => first.counts[count] + second.counts[count]

  let published = 0
  async function publish(count: number): Promise<void> {
    const from = published
    published += count
    await bus.publish(
      Array.from({ length: count }, (_, each) => ({
        topic: 'load.x',
        id: `e${from + each}`,
        body: JSON.stringify({
          specversion: '1.0',
          id: `e${from + each}`,
          source: 's',
          type: 't',
          data: { key: (from + each) % 20 },
        }),
      })),
    )
  }
  async function quiet(): Promise<void> {
    const now = Date.now()
    await expect.poll(() => bus.through().catch(() => 0), { timeout: 60_000 }).toBeGreaterThanOrEqual(now)
  }
  /** Every key of an event published from here on is invalidated after it. */
  async function proven(): Promise<void> {
    const before = await watched()
    await publish(20)
    await quiet()
    const after = await watched()
    for (const [place, entry] of after.entries())
      expect(entry.required).toBeGreaterThan(before[place]?.required ?? 0)
  }

  await proven()

  await redis.kill()
  await publish(1000)
  await expect.poll(() => first.counts.away + second.counts.away).toBeGreaterThan(0)
  await redis.restart()
  await quiet()
  await proven()
  await expect.poll(() => sum('replayed'), { timeout: 60_000 }).toBeGreaterThanOrEqual(1020)

  await postgres.kill()
  await publish(1000)
  const refused = first.counts.away + second.counts.away
  await expect.poll(() => first.counts.away + second.counts.away).toBeGreaterThan(refused)
  await postgres.restart()
  await quiet()
  await proven()

  await nats.kill()
  await nats.restart()
  await quiet()
  await proven()

  await publish(2000)
  await first.stop()
  await proven()

  const inLog = sql`select count(*)::int as rows, count(distinct id)::int as ids from events where topic = 'load.x'`
  await expect
    .poll(async () => ((await database.db.execute(inLog)) as unknown as object[])[0], { timeout: 60_000 })
    .toEqual({ rows: published, ids: published })
  expect(sum('deadLettered')).toBe(0)
  const connection = await connect({ servers: nats.url })
  const { state } = await (await jetstreamManager(connection)).streams.info('HUBS_DEAD')
  expect(state.messages).toBe(0)
  await connection.close()
}, 400_000)

test('what is no event ends among the dead letters, also under a topic that is none', async () => {
  const { cache, bus } = await open()
  const { counts, stop } = await daemon()
  const connection = await connect({ servers: nats.url })
  const manager = await jetstreamManager(connection)
  const before = (await manager.streams.info('HUBS_DEAD')).state.messages
  await bus.publish([{ topic: 'a', id: 'no-json', body: 'no JSON' }])
  connection.publish('events.a.*.b', '{}')
  connection.publish(`events.${Array(20).fill('x').join('.')}`, '{}')
  connection.publish('events.fine', '{"version":"1.4"}')
  await expect.poll(() => counts.deadLettered).toBe(3)
  expect((await manager.streams.info('HUBS_DEAD')).state.messages - before).toBe(3)
  await expect.poll(() => counts.events).toBeGreaterThanOrEqual(4)
  expect((await cache.read([])).cursor.epoch).toBeGreaterThan(0)
  await connection.close()
  await stop()
})
