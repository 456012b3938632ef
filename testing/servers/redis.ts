import { Redis } from 'ioredis'
import { answers } from './answers.ts'
import { wanted } from './locate.ts'
import type { Server, ServerKind } from './server.ts'
import { startServer } from './start-server.ts'

const redis: ServerKind = {
  name: 'redis',
  wanted: wanted.redis,
  port: 6379,
  containerArgs: ['redis-server', '--save', '', '--appendonly', 'no'],
  url: (port) => `redis://127.0.0.1:${port}`,
  command: (port, folder) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--enable-debug-command', 'local'],
  ],
  answers: (port) => answers(port, 'PING\r\n', '+PONG'),
  save: (port) => once(`redis://127.0.0.1:${port}`, (client) => client.save()),
  wipe: (url) => once(url, (client) => client.flushall()),
}

async function once(url: string, act: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url)
  await act(client)
  client.disconnect()
}

/** It keeps its data in memory only: an orderly `restart` keeps them, `kill` loses them. */
export const startRedis = (): Promise<Server> => startServer(redis)
