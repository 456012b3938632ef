import { expect, test } from 'vitest'
import { redisCache } from './redis-cache.ts'
import { eachWithRedis } from './redis-server.fixtures.ts'

const own = eachWithRedis()
const away = { code: 'cache-away' }

test('a server that may evict any key is refused in words', async () => {
  await own.redis((client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'))
  await expect(redisCache({ url: own.server.url })).rejects.toThrow(
    /maxmemory-policy is allkeys-lru.*noeviction/,
  )
  await own.redis((client) => client.config('SET', 'maxmemory-policy', 'volatile-lru'))
  await (await own.open()).read([])
})

test('a database that the server lacks is refused in words', async () => {
  const before = await own.redis((client) => client.dbsize())
  await expect(redisCache({ url: `${own.server.url}/99` })).rejects.toThrow(
    'Redis has no database 99: name one that it has in REDIS_URL.',
  )
  expect(await own.redis((client) => client.dbsize())).toBe(before)
})

test('a full server is away, not broken', async () => {
  await own.redis((client) => client.config('SET', 'maxmemory', '1'))
  const full = { ...away, message: 'Redis is full: it has reached its maxmemory.' }
  await expect(own.cache.interest(['k'], 1000)).rejects.toMatchObject(full)
  // What only reads does not notice.
  await own.cache.read([])
  await expect(own.cache.check()).rejects.toMatchObject(full)
  await own.redis((client) => client.config('SET', 'maxmemory', '0'))
  await own.cache.interest(['k'], 1000)
  await own.cache.check()
})

test('a server that wants a password, or forbids, says so', async () => {
  await own.redis((client) => client.config('SET', 'requirepass', 'secret'))
  const stranger = await own.open()
  await expect
    .poll(() => stranger.check().catch((error) => error))
    .toMatchObject({ ...away, message: 'Redis wants a password: check REDIS_URL.' })
  const url = own.server.url.replace('//', '//:wrong@')
  const guesser = await own.open(url)

  await expect
    .poll(() => guesser.check().catch((error) => error))
    .toMatchObject({ ...away, message: 'Redis refuses our user or password: check REDIS_URL.' })
})
