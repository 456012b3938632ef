import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { answers } from './answers.ts'
import { startRedis } from './redis.ts'

test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  'servers end, and their data go, when %s ends their process',
  async (signal) => {
    const program = `
    const { startRedis } = await import('./testing/servers/redis.ts')
    const { port } = await startRedis()
    console.log(port)
    setInterval(() => {}, 1000)
  `
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [port] = await once(child.stdout, 'data')
    const ask = () => answers(Number(port), 'CONFIG GET dir\r\n', '/data')
    expect(await ask()).toBe(true)
    child.kill(signal)
    await expect.poll(ask).toBe(false)
  },
)

test('a server that is stopped leaves nothing', async () => {
  const server = await startRedis()
  const folder = await folderOf(server.url)
  expect(existsSync(folder)).toBe(true)
  await server.stop()
  expect(existsSync(folder)).toBe(false)
  expect(await answers(server.port, 'PING\r\n', '+PONG')).toBe(false)
})

async function folderOf(url: string): Promise<string> {
  const client = new Redis(url)
  const [, folder] = (await client.config('GET', 'dir')) as [string, string]
  client.disconnect()
  return folder
}
