import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import { describeCache } from './contract.ts'
import { redisCache } from './redis-cache.ts'
import { simulateClock } from './script/patch.ts'

simulateClock()

const shared = await startRedis()
const admin = new Redis(shared.url)
afterAll(async () => {
  admin.disconnect()
  await shared.stop()
})

let opened = 0
describeCache('Redis cache', async () => {
  opened += 1
  const prefix = `{contract-${opened}}`
  let now = 1_700_000_000_000
  const advance = async (ms: number) => {
    now += ms
    await admin.set(`${prefix}:clock`, now)
  }
  await advance(0)
  const cache = await redisCache({ url: shared.url, prefix })
  return { cache, advance, close: () => cache.close() }
})
