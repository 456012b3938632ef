import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, startPostgres } from '#testing/servers/postgres.ts'
import type { Server } from '#testing/servers/server.ts'
import { describeDatabase } from './contract.ts'
import type { OpenDatabase } from './database.ts'
import { isDatabaseAway } from './database-away.ts'
import { openDatabase } from './open-database.ts'

const log = pino({ level: 'silent' })
const dataDir = '/nonexistent'

describeDatabase('Postgres', async () => openDatabase({ url: (await createDatabase()).url, dataDir, log }))

test('of several processes that start together on an empty database, all are served', async () => {
  const { url } = await createDatabase()
  const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ url, dataDir, log })))
  await Promise.all(opened.map((each) => each.migrate()))
  await Promise.all(opened.map((each) => each.close()))
})

test('a database that does not exist is refused at once, with the variable to look at', async () => {
  const url = new URL((await createDatabase()).url)
  url.pathname = '/no_such_database'
  await expect(openDatabase({ url: url.href, dataDir, log })).rejects.toThrow('check DATABASE_URL')
})

describe('while Postgres comes and goes', () => {
  let server: Server
  let database: OpenDatabase
  beforeAll(async () => {
    server = await startPostgres()
    database = await openDatabase({ url: server.url, dataDir, log })
  })
  afterAll(async () => {
    await database.close()
    await server.stop()
  })

  const failure = () =>
    database.db.execute(sql`select 1`).then(
      () => undefined,
      (error: unknown) => error,
    )

  test('a query says that it is away, and works again after', async () => {
    await server.kill()
    await expect.poll(async () => isDatabaseAway(await failure())).toBe(true)
    await server.restart()
    await expect.poll(failure).toBeUndefined()
  })

  test('a mistake in a query does not count as being away', async () => {
    const error = await database.db.execute(sql`select nonsense`).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(isDatabaseAway(error)).toBe(false)
  })

  test('notifications arrive again after an outage', async () => {
    let heard = 0
    await database.listen('again', () => heard++)
    await server.kill()
    await expect.poll(async () => isDatabaseAway(await failure())).toBe(true)
    await server.restart()
    await expect
      .poll(
        () =>
          database.db.execute(sql`select pg_notify('again', '')`).then(
            () => heard,
            () => heard,
          ),
        {
          timeout: 30_000,
        },
      )
      .toBeGreaterThan(0)
  })

  test('a lock lost with its connection says so', async () => {
    const lock = await database.advisoryLock('precious')
    await server.kill()
    await expect.poll(() => lock?.lost.aborted).toBe(true)
    await server.restart()
    await expect.poll(() => database.advisoryLock('precious').catch(() => undefined)).toBeDefined()
  })

  test('opening waits for one that is away, and says so', async () => {
    await server.kill()
    const lines: string[] = []
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line).msg) })
    const opening = openDatabase({ url: server.url, dataDir, log })
    const at = `Postgres at 127.0.0.1:${server.port}/postgres`
    const waits = `Waiting for ${at} (ECONNREFUSED): The database cannot be reached.`
    await expect.poll(() => lines).toEqual([waits])
    await server.restart()
    const opened = await opening
    expect(lines).toEqual([waits, `${at} answers.`])
    await opened.close()
  })

  test('the wait can be ended', async () => {
    await server.kill()
    const ended = new AbortController()
    const opening = openDatabase({ url: server.url, dataDir, log, signal: ended.signal })
    ended.abort()
    await expect(opening).rejects.toMatchObject({ code: 'database-away' })
  })
})
