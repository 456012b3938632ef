import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import { redisCache } from '../cache/redis-cache.ts'
import { followKeys } from './followed-keys.ts'

const server = await startRedis()
const cache = await redisCache({ url: server.url })
const stop = new AbortController()
afterAll(async () => {
  stop.abort()
  await cache.close()
  await server.stop()
})

async function load(data: string): Promise<void> {
  await cache.invalidate([{ key: 'k' }])
  await cache.read(['k'], { want: true })
  await cache.acquire('k', 't', 60_000, 0)
  await cache.commit('k', 't', { data, hash: data, empty: false, dueAt: Date.now() + 600_000 })
}

test('in a new epoch a key stands where that epoch says, though its offsets are lower', async () => {
  const keys = await followKeys({
    cache,
    log: pino({ level: 'silent' }),
    onPulse: () => {},
  })
  void keys.run(stop.signal)
  const restarts: unknown[] = []
  const listener = {
    changed: () => {},
    batchEnded: () => {},
    restarted: () => restarts.push(keys.state('k')?.version),
  }
  await keys.attach(['k'], listener)
  for (const data of ['1', '2', '3']) await load(data)
  await expect.poll(() => keys.state('k')?.data).toBe('3')

  const admin = new Redis(server.url)
  await admin.flushall()
  admin.disconnect()
  await expect.poll(() => restarts.length).toBe(1)
  const { cursor } = await cache.read([])
  expect(restarts).toEqual([{ epoch: cursor.epoch, offset: 0 }])
  await load('4')
  await expect.poll(() => keys.state('k')).toMatchObject({ data: '4', version: { offset: 1 } })
})
