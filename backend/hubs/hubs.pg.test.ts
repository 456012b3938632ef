import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, startPostgres } from '../../e2e/servers/postgres.ts'
import type { Server } from '../../e2e/servers/server.ts'
import { type OpenDatabase, openDatabase } from '../db/database.ts'
import type { FollowedHubs } from './follow.ts'
import { describeFollow, follow } from './follow-contract.ts'
import { hubsRoom } from './hubs.ts'
import { describeHubs } from './hubs-contract.ts'
import { hubDocument, typeOf } from './types.fixtures.ts'

const log = pino({ level: 'silent' })
const open = async (url?: string) =>
  openDatabase({ url: url ?? (await createDatabase()).url, dataDir: '/nonexistent', log })

describeHubs('hubs on Postgres', () => open())
describeFollow('following hubs on Postgres', () => open())

describe('while Postgres comes and goes', () => {
  const ended = new AbortController()
  let server: Server
  let database: OpenDatabase
  let other: OpenDatabase
  let followed: FollowedHubs
  beforeAll(async () => {
    server = await startPostgres()
    database = await open(server.url)
    other = await open(server.url)
    await database.migrate()
    await hubsRoom({ db: other.db, typeOf }).put('there', hubDocument({ title: 'Last known' }))
    followed = follow(database, ended.signal)
    await followed.ready
  })
  afterAll(async () => {
    ended.abort()
    await Promise.all([database.close(), other.close()])
    await server.stop()
  })

  test('another process’s write is known without a read of ours', async () => {
    await hubsRoom({ db: other.db, typeOf }).put('elsewhere', hubDocument())
    await expect.poll(() => followed.hubs.has('elsewhere')).toBe(true)
  })

  test('hubs stay as last known, marked, and writes say so; then it goes on', async () => {
    const room = hubsRoom({ db: database.db, typeOf })
    await server.kill()
    await expect.poll(() => followed.away).toBe(true)
    expect(followed.hubs.get('there')?.title).toBe('Last known')
    await expect(room.put('there', hubDocument())).rejects.toMatchObject({ code: 'database-away' })
    await expect(followed.caughtUp()).rejects.toMatchObject({ code: 'database-away' })
    await server.restart()
    await expect.poll(() => followed.away).toBe(false)
    await hubsRoom({ db: other.db, typeOf }).put('there', hubDocument({ title: 'New' }))
    await expect.poll(() => followed.hubs.get('there')?.title).toBe('New')
  })

  test('a Postgres that hangs counts as away although no error says so', async () => {
    server.pause()
    await expect.poll(() => followed.away).toBe(true)
    server.resume()
    await expect.poll(() => followed.away).toBe(false)
  })
})
