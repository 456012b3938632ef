import { Redis } from 'ioredis'
import type { Cache } from '../cache.ts'
import { redisCache } from '../redis-cache.ts'
import { START } from './store.ts'

const CLIENTS = 4

/** Clients of one server, each with a connection of its own, and what only the server's owner can do to it. */
export interface Clients {
  readonly caches: readonly Cache[]
  now(): number
  advance(ms: number): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
}

/** Its scripts must have been made to read the clock from `{model}:clock`. */
export async function openClients(url: string): Promise<Clients> {
  const prefix = '{model}'
  const admin = new Redis(url)
  let now = START
  await admin.set(`${prefix}:clock`, now)
  const caches = await Promise.all(Array.from({ length: CLIENTS }, () => redisCache({ url, prefix })))
  return {
    caches,
    now: () => now,
    async advance(ms) {
      now += ms
      await admin.set(`${prefix}:clock`, now)
    },
    async flush() {
      await admin.multi().flushdb().set(`${prefix}:clock`, now).exec()
    },
    async close() {
      admin.disconnect()
      await Promise.all(caches.map((cache) => cache.close()))
    },
  }
}
