import { createHash } from 'node:crypto'
import { setTimeout as rest } from 'node:timers/promises'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { scripts, type Verb } from '#backend/cache/script/scripts.ts'
import type { Truth } from '#testing/truth.ts'
import type { Installation, Member } from './installation.ts'
import type { Traffic } from './traffic.ts'
import type { Watch } from './watch.ts'

/** Everything a fault can lay hands on. */
export interface Scene extends Installation {
  readonly truth: Truth
  readonly traffic: Traffic
  readonly watch: Watch
}

/** Something that goes wrong under load. */
export interface Fault {
  /** As the table of docs/reliability.md names it. */
  readonly name: string
  /** Too long for every run of the tests. */
  readonly long?: true
  /** No process of its kind outlives it. */
  readonly endsAll?: true
  /** Two loads of a key at a time are right here: who had the lease was taken for dead, or its epoch is over. */
  readonly doubles?: true
  /** Messages it makes that are put aside for good. */
  readonly deadLetters?: number
  /** Does it and undoes it. Resolves when nothing is wrong any more but its consequences. */
  happen(scene: Scene): Promise<void>
}

/** How long what is wrong stays so, where nothing else tells when it has had its effect. */
export const lasting = (ms: number): Promise<void> => rest(ms)

/** Milliseconds until a process has given up a connection that says nothing. */
export const HALF_OPEN = 8_000

/** What a process sends when it runs this script. */
export const called = (verb: Verb): string => createHash('sha1').update(scripts[verb]).digest('hex')

/** Ends a process as a crash would, and starts it again as its keeper would. */
export async function crash({ product, redis, nats }: Member): Promise<void> {
  await product.kill()
  redis.resume()
  nats.resume()
  await product.restart()
}

/** Acts on a Redis directly. */
export async function atRedis<Result>(port: number, act: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(port, '127.0.0.1')
  try {
    return await act(redis)
  } finally {
    redis.disconnect()
  }
}

/** Acts on NATS directly. */
export async function atNats<Result>(
  url: string,
  act: (manager: JetStreamManager) => Promise<Result>,
): Promise<Result> {
  const connection = await connect({ servers: url })
  try {
    return await act(await jetstreamManager(connection))
  } finally {
    await connection.close()
  }
}
