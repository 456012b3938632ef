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
  const server = await startRedis()
  const client = new Redis(server.url)
  await client.ping()
  server.pause()
  const answered: string[] = []
  const pong = client.ping().then((answer) => answered.push(answer))
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toEqual([])
  server.resume()
  await pong
  expect(answered).toEqual(['PONG'])
  client.disconnect()
  await server.stop()
})
