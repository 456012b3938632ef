import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startRedis } from './redis.ts'

test('a restart keeps data, a kill loses them', async () => {
  const server = await startRedis()
  const client = new Redis(server.url)
  client.on('error', () => {})
  await client.set('a', '1')
  await server.restart()
  expect(await client.get('a')).toBe('1')
  await server.restart({ keepData: false })
  expect(await client.get('a')).toBeNull()
  await client.set('a', '2')
  await server.kill()
  await server.restart()
  expect(await client.get('a')).toBeNull()
  client.disconnect()
  await server.stop()
})

test('a paused server answers when resumed', async () => {
  const [server, other] = await Promise.all([startRedis(), startRedis()])
  const [client, witness] = [new Redis(server.url), new Redis(other.url)]
  await Promise.all([client.ping(), witness.ping()])
  server.pause()
  const order: string[] = []
  const pong = client.ping().then(() => order.push('answered'))
  // As many round trips as would have brought an answer from a server that runs.
  for (let round = 0; round < 10; round++) await witness.ping()
  order.push('resumed')
  server.resume()
  await pong
  expect(order).toEqual(['resumed', 'answered'])
  client.disconnect()
  witness.disconnect()
  await Promise.all([server.stop(), other.stop()])
})
