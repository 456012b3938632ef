import { pino } from 'pino'
import { expect, test } from 'vitest'
import { freePort } from '#testing/servers/free-port.ts'
import { createDatabase } from '#testing/servers/postgres.ts'
import { openDatabase } from '../../db/open-database.ts'
import { openApiTokens } from '../../hubs/tokens.ts'
import { hubs } from './run.fixtures.ts'

const HUBS_SECRET = 's'.repeat(32)

test('with DATABASE_URL the database is spoken to, whoever else uses it', async () => {
  const { url } = await createDatabase()
  const database = await openDatabase({ url, dataDir: '/nonexistent', log: pino({ level: 'silent' }) })
  const { code, out } = await hubs(['token', 'create', 'ci', '--scope', 'publish'], {
    DATABASE_URL: url,
    HUBS_SECRET,
  })
  expect(code).toBe(0)
  expect((await openApiTokens({ db: database.db }).verify(out.trim()))?.scopes).toEqual(new Set(['publish']))
  await database.close()
}, 120_000)

test('one that stays away is told, in the end', async () => {
  const DATABASE_URL = `postgres://postgres@127.0.0.1:${await freePort()}/postgres`
  const { code, err } = await hubs(['token', 'list'], { DATABASE_URL, HUBS_SECRET })
  expect(code).toBe(1)
  expect(err).toContain('(ECONNREFUSED)')
  expect(err).toMatch(/The database cannot be reached\.\n$/)
}, 120_000)
