import type { RunningProduct } from '#testing/product.ts'
import type { Server } from '#testing/servers/server.ts'
import { listenerOn, type Processes } from './processes.ts'

/** The stores that run on this machine outside a container. */
export function storeProcesses(stores: {
  readonly redis: Server
  readonly nats: Server
  /** URL. */
  readonly database?: string | undefined
}): Processes {
  const ports = {
    Redis: stores.redis.port,
    NATS: stores.nats.port,
    ...(stores.database ? { Postgres: Number(new URL(stores.database).port || 5432) } : {}),
  }
  return Object.fromEntries(
    Object.entries(ports).flatMap(([name, port]) => {
      const pid = listenerOn(port)
      return pid === undefined ? [] : [[name, [pid]]]
    }),
  )
}

/** A product on real stores, and these. */
export function productProcesses({ pid, stores }: Pick<RunningProduct, 'pid' | 'stores'>): Processes {
  if (!stores) return { Hubs: [pid] }
  return { Hubs: [pid], ...storeProcesses({ ...stores, database: stores.env.DATABASE_URL }) }
}
