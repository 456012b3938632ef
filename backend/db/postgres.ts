import { setTimeout as wait } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { Logger } from 'pino'
import postgres from 'postgres'
import * as schema from '#drizzle/schema.ts'
import type { OpenDatabase } from './database.ts'
import { DatabaseAway, isDatabaseAway, orDatabaseAway } from './database-away.ts'
import { migrationsFolder } from './product-folder.ts'

/** Milliseconds for which a connection that was given says that the next will be. */
const CONNECT_EVERY = 5_000

interface PostgresPlace {
  readonly url: string
  readonly log: Logger
  readonly signal?: AbortSignal | undefined
}

export async function openPostgres({ url, log, signal }: PostgresPlace): Promise<OpenDatabase> {
  const client = connect(url, { max: 10 })
  try {
    await firstAnswer(client, { url, log, signal })
  } catch (error) {
    await client.end({ timeout: 0 })
    throw error
  }
  const db = drizzle({ client, schema })

  let connectedAt = -Infinity

  const withLock: OpenDatabase['withLock'] = async (name, work) => {
    const holder = connect(url, { max: 1 })
    try {
      await holder`select pg_advisory_lock(hashtextextended(${name}, 0))`
      return await work()
    } finally {
      await holder.end({ timeout: 1 })
    }
  }

  return {
    db,
    kind: 'postgres',
    async check() {
      const pooled = client`select 1`
      // One that is in the pool says nothing of whether the next will be given.
      if (performance.now() - connectedAt > CONNECT_EVERY) {
        const another = connect(url, { max: 1 })
        try {
          await another`select 1`
          connectedAt = performance.now()
        } catch (error) {
          throw isDatabaseAway(error) ? new DatabaseAway({ cause: error }) : error
        } finally {
          await another.end({ timeout: 1 })
        }
      }
      await orDatabaseAway(() => pooled)
    },
    migrate: () => withLock('hubs migrate', () => migrate(db, { migrationsFolder: migrationsFolder() })),
    async listen(channel, onNotify) {
      await client.listen(channel, () => onNotify())
    },
    async advisoryLock(name) {
      const lost = new AbortController()
      const holder = connect(url, { max: 1, onclose: () => lost.abort() })
      const release = () => holder.end({ timeout: 1 })
      try {
        const [row] = await holder<{ held: boolean }[]>`
          select pg_try_advisory_lock(hashtextextended(${name}, 0)) as held`
        if (row?.held) return { lost: lost.signal, release }
      } catch (error) {
        await release()
        throw error
      }
      await release()
      return undefined
    },
    withLock,
    close: () => client.end({ timeout: 2 }),
  }
}

function connect(url: string, options: { max: number; onclose?: () => void }): postgres.Sql {
  return postgres(url, {
    ...options,
    connect_timeout: 5,
    // A lock dies with its connection, so those are kept for good.
    ...(options.max === 1 ? { max_lifetime: null } : {}),
    // Short, because queries wait through it before they are told that the database is away.
    backoff: (retries) => Math.min(0.5, 0.05 * 2 ** retries),
    onnotice: () => {},
    connection: { application_name: 'hubs' },
  })
}

async function firstAnswer(client: postgres.Sql, { url, log, signal }: PostgresPlace): Promise<void> {
  const { host, pathname } = new URL(url)
  let waiting = false
  for (let delay = 250; ; delay = Math.min(delay * 2, 8000)) {
    try {
      await client`select 1`
      if (waiting) log.info({ store: 'database' }, `Postgres at ${host}${pathname} answers.`)
      return
    } catch (error) {
      if (!isDatabaseAway(error)) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new Error(`Postgres at ${host}${pathname} refused us (${reason}): check DATABASE_URL.`, {
          cause: error,
        })
      }
      if (signal?.aborted) throw new DatabaseAway({ cause: error })
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      const { message } = new DatabaseAway({ cause: error })
      if (!waiting) log.warn(`Waiting for Postgres at ${host}${pathname} (${code}): ${message}`)
      waiting = true
      await wait(delay, undefined, { signal }).catch(() => {
        throw new DatabaseAway({ cause: error })
      })
    }
  }
}
