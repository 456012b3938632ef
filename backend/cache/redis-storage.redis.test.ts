import { expect, test } from 'vitest'
import { eachWithRedis } from './redis-server.fixtures.ts'

const own = eachWithRedis()

test('scripts the server forgot are sent again', async () => {
  await own.load('k', '1')
  await own.redis((client) => client.script('FLUSH'))
  expect((await own.cache.read(['k'])).entries[0]?.data).toBe('1')
})

test('entries expire a week after the last interest, the feed and the queue never', async () => {
  await own.load('k', '1')
  const left = await own.redis((client) =>
    Promise.all(['entry:k', 'meta', 'dirty'].map((key) => client.pttl(`{hubs}:${key}`))),
  )
  expect(left[0]).toBeGreaterThan(7 * 24 * 3600 * 1000 - 60_000)
  expect(left.slice(1)).toEqual([-1, -1])
})
