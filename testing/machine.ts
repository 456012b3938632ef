import { cpus, release, totalmem, type } from 'node:os'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { startNats } from './servers/nats.ts'
import { createDatabase } from './servers/postgres.ts'
import { startRedis } from './servers/redis.ts'

/** What the figures were measured on, a line each. */
export async function machine(): Promise<readonly string[]> {
  const processors = cpus()
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  const [redis, nats, database] = await Promise.all([redisVersion(), natsVersion(), postgresVersion()])
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${gigabytes} GiB, ${type()} ${release()}, everything on this machine over loopback`,
    `Node ${process.versions.node}, Redis ${redis}, NATS ${nats}, PostgreSQL ${database}`,
  ]
}

async function redisVersion(): Promise<string> {
  const server = await startRedis()
  const client = new Redis(server.url)
  const info = await client.info('server')
  client.disconnect()
  await server.stop()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
}

async function natsVersion(): Promise<string> {
  const server = await startNats()
  const client = await connect({ servers: server.url })
  const version = client.info?.version
  await client.close()
  await server.stop()
  return version ?? 'unknown'
}

async function postgresVersion(): Promise<string> {
  const database = await createDatabase()
  const sql = postgres(database.url, { max: 1 })
  const [row] = await sql<{ server_version: string }[]>`show server_version`
  await sql.end()
  await database.drop()
  return row?.server_version.split(' ')[0] ?? 'unknown'
}
