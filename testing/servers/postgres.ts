import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { wanted } from './locate.ts'
import type { Server, ServerKind } from './server.ts'
import { startServer } from './start-server.ts'

const run = promisify(execFile)

const cluster: ServerKind = {
  name: 'postgres',
  wanted: wanted.postgres,
  port: 5432,
  containerArgs: ['-c', 'fsync=off', '-c', 'max_connections=200'],
  containerEnv: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
  rootRunsAs: 'postgres',
  // Ends the backends too, without a checkpoint; SIGKILL would orphan them.
  killSignal: 'SIGQUIT',
  url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
  command: (port, folder) => [
    ...['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', folder],
    ...[
      '-c',
      'fsync=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_connections=200',
      '-c',
      'shared_buffers=32MB',
    ],
  ],
  answers: (port) =>
    admin(cluster.url(port), (sql) => sql`select 1`).then(
      () => true,
      () => false,
    ),
  async prepare(program, folder, user) {
    const args = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    await run(join(dirname(program), 'initdb'), args, { cwd: folder, ...user })
  },
}

async function admin<Result>(url: string, act: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 })
  try {
    return await act(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** A whole cluster, for tests that take Postgres away. The url's database is the administrator's: create one in it by `createDatabase(url)`. */
export const startPostgres = (): Promise<Server> => startServer(cluster)

let shared: Promise<string> | undefined

/** A run starts one cluster and names it in `TEST_POSTGRES_URL`; a test run by hand starts its own. */
function sharedCluster(): Promise<string> {
  shared ??= process.env.TEST_POSTGRES_URL
    ? Promise.resolve(process.env.TEST_POSTGRES_URL)
    : startPostgres().then((server) => server.url)
  return shared
}

/** A fresh, empty database on the run's cluster, or on that of `clusterUrl`. */
export async function createDatabase(clusterUrl?: string): Promise<{ url: string; drop(): Promise<void> }> {
  const base = clusterUrl ?? (await sharedCluster())
  const name = `hubs_test_${randomBytes(8).toString('hex')}`
  await admin(base, (sql) => sql`create database ${sql(name)}`)
  const url = new URL(base)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: async () => {
      await admin(base, (sql) => sql`drop database if exists ${sql(name)} with (force)`)
    },
  }
}
