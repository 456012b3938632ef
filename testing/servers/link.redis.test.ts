import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startRedis } from './redis.ts'

/** A Redis that is there already, as `TEST_REDIS_URL` names one. */
async function given() {
  const real = await startRedis()
  const direct = new Redis(real.url)
  await direct.set('left behind', '1')
  vi.stubEnv('TEST_REDIS_URL', real.url)
  const server = await startRedis()
  const client = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    client.disconnect()
    direct.disconnect()
    await server.stop()
    await real.stop()
  })
  return { server, client, direct }
}

test('a server that is not ours is emptied, and can be taken away and given back', async () => {
  const { server, client } = await given()
  expect(await client.keys('*')).toEqual([])
  await client.set('a', '1')
  await server.kill()
  await expect(client.get('a')).rejects.toThrow()
  await server.restart()
  await expect.poll(() => client.get('a').catch(() => 'away')).toBe('1')
  await server.restart({ keepData: false })
  await expect.poll(() => client.get('a').catch(() => 'away')).toBeNull()
})

test('it can be paused', async () => {
  const { server, client, direct } = await given()
  await client.ping()
  server.pause()
  const order: string[] = []
  const pong = client.ping().then(() => order.push('answered'))
  // Its way round the link is no shorter, so by then the other would have been answered.
  for (let round = 0; round < 10; round++) await direct.ping()
  order.push('resumed')
  server.resume()
  await pong
  expect(order).toEqual(['resumed', 'answered'])
})
