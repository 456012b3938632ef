import { eq, sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { counters, hubs } from '#drizzle/schema.ts'
import { createDatabase, startPostgres } from '#testing/servers/postgres.ts'
import type { Server } from '#testing/servers/server.ts'
import type { OpenDatabase } from '../db/database.ts'
import { openDatabase } from '../db/open-database.ts'
import type { FollowedHubs } from './follow.ts'
import { describeFollow, follow } from './follow-contract.ts'
import { describeHubChanges } from './hub-changes-contract.ts'
import { describeHubHistory } from './hub-history-contract.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { describeHubs } from './hubs-contract.ts'
import { describeOlderVersion } from './older-version-contract.ts'
import { hubDocument } from './types.fixtures.ts'
import { describeWidgetIds } from './widget-ids-contract.ts'

const log = pino({ level: 'silent' })
const open = async (url?: string) =>
  openDatabase({ url: url ?? (await createDatabase()).url, dataDir: '/nonexistent', log })

/** Transactions that wait for a lock another one holds. */
async function waiting({ db }: OpenDatabase): Promise<number | undefined> {
  const held = sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return ((await db.execute(held)) as unknown as { count: number }[])[0]?.count
}

describeHubs('hubs on Postgres', () => open())
describeHubChanges('changes of hubs on Postgres', () => open())
describeHubHistory('histories of hubs on Postgres', () => open())
describeOlderVersion('changes of an older version on Postgres', () => open())
describeWidgetIds('ids of widgets on Postgres', () => open())
describeFollow('following hubs on Postgres', () => open())

test('of two writes that end in the other order than they began, a follower misses none', async () => {
  const database = await open()
  await database.migrate()
  const room = testedHubs(database.db)
  await room.put('slow', hubDocument({ title: 'Before' }))
  const ended = new AbortController()
  const followed = follow(database, ended.signal)
  await followed.ready

  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let locked = () => {}
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve
  })
  // Holds the first writer up after it took its number.
  const holding = database.db.transaction(async (tx) => {
    await tx.select().from(hubs).where(eq(hubs.slug, 'slow')).for('update')
    locked()
    await released
  })
  await isLocked
  const slow = room.put('slow', hubDocument({ title: 'After' }))
  await expect.poll(() => waiting(database)).toBe(1)
  let overtook = false
  // Of another process, for one process puts its writes in a line of its own.
  const elsewhere = testedHubs(database.db)
  const quick = elsewhere.put('quick', hubDocument()).then(() => {
    overtook = true
  })
  await expect.poll(async () => overtook || (await waiting(database)) === 2).toBe(true)
  await followed.caughtUp()
  release()
  await Promise.all([holding, slow, quick])
  await followed.caughtUp()
  expect([...followed.hubs].map(([slug, { title }]) => [slug, title])).toEqual([
    ['slow', 'After'],
    ['quick', 'A hub'],
  ])
  ended.abort()
  await database.close()
})

test('a write reads the hub as the writer before it left it, whichever process that was', async () => {
  const database = await open()
  await database.migrate()
  const room = testedHubs(database.db)
  const { hub } = await room.put('shared', hubDocument())
  let second: Promise<unknown> = Promise.resolve()
  // As another process would that is in the middle of its own write.
  await database.db.transaction(async (tx) => {
    await tx.select().from(counters).where(eq(counters.name, 'changes')).for('update')
    second = room.put('shared', hubDocument({ title: 'Mine' }), { expect: { revisions: [hub.revision] } })
    second.catch(() => {})
    await expect.poll(() => waiting(database)).toBe(1)
    await tx
      .update(hubs)
      .set({ title: 'Theirs', revision: hub.revision + 1 })
      .where(eq(hubs.slug, 'shared'))
    await tx.update(counters).set({ value: hub.revision + 1 })
  })
  await expect(second).rejects.toMatchObject({ code: 'hub-changed' })
  expect((await room.get('shared'))?.title).toBe('Theirs')
  await database.close()
})

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
    await testedHubs(other.db).put('there', hubDocument({ title: 'Last known' }))
    followed = follow(database, ended.signal)
    await followed.ready
  })
  afterAll(async () => {
    ended.abort()
    await Promise.all([database.close(), other.close()])
    await server.stop()
  })

  test('another process’s write is known without a read of ours', async () => {
    await testedHubs(other.db).put('elsewhere', hubDocument())
    await expect.poll(() => followed.hubs.has('elsewhere')).toBe(true)
  })

  test('hubs stay as last known, marked, and writes say so; then it goes on', async () => {
    const room = testedHubs(database.db)
    await server.kill()
    await expect.poll(() => followed.away).toBe(true)
    expect(followed.hubs.get('there')?.title).toBe('Last known')
    await expect(room.put('there', hubDocument())).rejects.toMatchObject({ code: 'database-away' })
    await expect(followed.caughtUp()).rejects.toMatchObject({ code: 'database-away' })
    await server.restart()
    await expect.poll(() => followed.away).toBe(false)
    await testedHubs(other.db).put('there', hubDocument({ title: 'New' }))
    await expect.poll(() => followed.hubs.get('there')?.title).toBe('New')
  })

  test('a Postgres that hangs counts as away although no error says so', async () => {
    server.pause()
    await expect.poll(() => followed.away).toBe(true)
    server.resume()
    await expect.poll(() => followed.away).toBe(false)
  })
})
