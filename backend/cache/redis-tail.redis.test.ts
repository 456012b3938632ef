import { afterAll, expect, test } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import { redisCache } from './redis-cache.ts'

const server = await startRedis()
const cache = await redisCache({ url: server.url })
afterAll(async () => {
  await cache.close()
  await server.stop()
})

test('entries that keep coming one by one come to share reads, whole and in order', async () => {
  const { cursor } = await cache.read([])
  const stop = new AbortController()
  const reads: number[][] = []
  const reading = (async () => {
    for await (const batch of cache.tail(cursor, stop.signal)) {
      if (batch.kind !== 'entries') throw new Error(`A batch of kind ${batch.kind} came.`)
      reads.push(batch.entries.map(({ version }) => version.offset - cursor.offset))
    }
  })()
  // Not of the first, for which the tail had to connect.
  const most = () => Math.max(0, ...reads.slice(1).map(({ length }) => length))
  for (let n = 0; n < 2_000 && most() < 4; n++) await cache.pulse('p', n, 1000)
  stop.abort()
  await reading
  const read = reads.flat()
  expect(read).toEqual(read.map((_, n) => n + 1))
  expect(most()).toBeGreaterThanOrEqual(4)
})
