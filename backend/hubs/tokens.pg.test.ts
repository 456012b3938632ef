import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createDatabase, startPostgres } from '#testing/servers/postgres.ts'
import { openDatabase } from '../db/open-database.ts'
import { tester } from './hubs.fixtures.ts'
import { describePreparation } from './prepare-contract.ts'
import { openApiTokens } from './tokens.ts'
import { describeApiTokens } from './tokens-contract.ts'

const open = async (url?: string) =>
  openDatabase({
    url: url ?? (await createDatabase()).url,
    dataDir: '/nonexistent',
    log: pino({ level: 'silent' }),
  })

describePreparation('preparing Postgres', () => open())
describeApiTokens('tokens on Postgres', () => open())

test('while Postgres is away a token accepted before still is, and no other', async () => {
  const server = await startPostgres()
  const database = await open(server.url)
  await database.migrate()
  let clock = 0
  const tokens = openApiTokens({ db: database.db, now: () => clock })
  const { token } = await tokens.create('publisher', ['publish'], tester)
  expect((await tokens.verify(token))?.scopes).toEqual(new Set(['publish']))
  await server.kill()
  clock += 60_000
  expect((await tokens.verify(token))?.scopes).toEqual(new Set(['publish']))
  const asked = [tokens.verify('hubs_another'), tokens.verify('hubs_another')]
  for (const one of await Promise.allSettled(asked)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'database-away' } })
  }
  await expect(tokens.verify('hubs_another')).rejects.toMatchObject({ code: 'database-away' })
  clock += 60_000
  expect((await tokens.verify(token))?.scopes).toEqual(new Set(['publish']))
  await database.close()
  await server.stop()
})
