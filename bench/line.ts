import { startNats } from '#testing/servers/nats.ts'
import { createDatabase } from '#testing/servers/postgres.ts'
import { startRedis } from '#testing/servers/redis.ts'
import type { Server } from '#testing/servers/server.ts'
import type { LineOptions, LineVerbs } from './line.program.ts'
import type { Processes } from './processes.ts'
import { type ChildProgram, startProgram } from './program.ts'
import type { PublisherVerbs } from './publisher.program.ts'
import { storeProcesses } from './store-processes.ts'

/** The rooms of the line in one process, with a widget type that costs nothing, on a Redis, NATS and Postgres of its own. */
export interface BenchLine {
  readonly program: ChildProgram<LineVerbs>
  readonly publisher: ChildProgram<PublisherVerbs>
  readonly redis: Server
  readonly nats: Server
  /** Its own, its stores' and its publisher's. */
  readonly processes: Processes
  /** Of its streams: `?hub=h0`. */
  readonly url: string
  stop(): Promise<void>
}

export async function openLine(
  options: Omit<LineOptions, 'redis' | 'nats' | 'database'> & {
    /** Whether events are logged in Postgres; by default they are. */
    readonly log?: boolean
  },
): Promise<BenchLine> {
  const { log = true, ...rest } = options
  const [redis, nats, database] = await Promise.all([
    startRedis(),
    startNats(),
    log ? createDatabase() : undefined,
  ])
  const [program, publisher] = await Promise.all([
    startProgram<LineVerbs>('line'),
    startProgram<PublisherVerbs>('publisher'),
  ])
  await publisher.ask('connect', nats.url)
  const port = await program.ask('open', {
    ...rest,
    redis: redis.url,
    nats: nats.url,
    ...(database ? { database: database.url } : {}),
  })
  return {
    program,
    publisher,
    redis,
    nats,
    processes: {
      Hubs: [program.pid],
      ...storeProcesses({ redis, nats, database: database?.url }),
      publisher: [publisher.pid],
    },
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      await Promise.all([program.stop(), publisher.stop()])
      await Promise.all([redis.stop(), nats.stop(), database?.drop()])
    },
  }
}
