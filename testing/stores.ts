import { startNats } from './servers/nats.ts'
import { createDatabase } from './servers/postgres.ts'
import { startRedis } from './servers/redis.ts'
import type { Server } from './servers/server.ts'

/** Real stores of one installation, empty at first; several products may share them. */
export interface RealStores {
  readonly redis: Server
  readonly nats: Server
  /** What tells a process to use them. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export async function openStores(): Promise<RealStores> {
  const [redis, nats, database] = await Promise.all([startRedis(), startNats(), createDatabase()])
  return {
    redis,
    nats,
    env: {
      REDIS_URL: redis.url,
      NATS_URL: nats.url,
      DATABASE_URL: database.url,
      HUBS_SECRET: 'a secret that all processes of a test share',
    },
    async stop() {
      await Promise.all([redis.stop(), nats.stop(), database.drop()])
    },
  }
}
