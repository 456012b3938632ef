import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createDatabase } from '#testing/servers/postgres.ts'
import type { OpenDatabase } from '../db/database.ts'
import { openDatabase } from '../db/open-database.ts'
import { describeEventLog } from './event-log.contract.ts'
import { openEventLog } from './open-event-log.ts'

async function open(): Promise<OpenDatabase> {
  const { url } = await createDatabase()
  return openDatabase({ url, dataDir: '/nonexistent', log: pino({ level: 'silent' }) })
}

describeEventLog('Postgres', open)

test('a fault that is not the event’s own is thrown, not taken for a refusal', async () => {
  const database = await open()
  await database.migrate()
  await database.db.execute(sql`alter table events rename to elsewhere`)
  const event = { id: '1', source: 's', type: 't', topic: 't', time: 0, receivedAt: 0, data: null }
  await expect(openEventLog(database.db).append([event])).rejects.toThrow()
  await database.close()
})

test('a Postgres that is away is told by its code, so that only the watch of the stores logs it', async () => {
  const database = await open()
  await database.migrate()
  await database.close()
  const log = openEventLog(database.db)
  const event = { id: '1', source: 's', type: 't', topic: 't', time: 0, receivedAt: 0, data: null }
  const away = { code: 'database-away' }
  await expect(log.append([event])).rejects.toMatchObject(away)
  await expect(log.read({ patterns: ['t'], limit: 1 })).rejects.toMatchObject(away)
})
