import postgres from 'postgres'
import { expect, test } from 'vitest'
import { createDatabase, startPostgres } from './postgres.ts'

test('every database is fresh, and dropping one spares the rest', async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()])
  const first = postgres(one.url)
  const second = postgres(two.url)
  await first`create table t (a int)`
  expect(await second`select tablename from pg_tables where schemaname = 'public'`).toEqual([])
  await first.end()
  await one.drop()
  expect(await second`select 1 as a`).toEqual([{ a: 1 }])
  await second.end()
  await two.drop()
})

test('a cluster is killed and comes back with what was committed', async () => {
  const server = await startPostgres()
  const { url } = await createDatabase(server.url)
  const sql = postgres(url, { max: 1 })
  await sql`create table t (a int)`
  await sql`insert into t values (1)`
  await server.kill()
  await expect(sql`select * from t`).rejects.toThrow()
  await server.restart()
  await expect.poll(() => sql`select * from t`.catch(() => [])).toEqual([{ a: 1 }])
  await sql.end()
  await server.stop()
})
