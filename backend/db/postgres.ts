import { setTimeout as wait } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { Logger } from 'pino'
import postgres from 'postgres'
import * as schema from '#drizzle/schema.ts'
import type { OpenDatabase } from './database.ts'
import { DatabaseAway, isDatabaseAway } from './database-away.ts'
import { migrationsFolder } from './product-folder.ts'

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
  for (let delay = 250; ; delay = Math.min(delay * 2, 8000)) {
    try {
      await client`select 1`
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
      log.warn(`Postgres at ${host}${pathname} does not answer (${code}); trying again in ${delay / 1000} s.`)
      await wait(delay, undefined, { signal }).catch(() => {
        throw new DatabaseAway({ cause: error })
      })
    }
  }
}
