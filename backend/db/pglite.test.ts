import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { facts } from '#drizzle/schema.ts'
import { describeDatabase } from './contract.ts'
import { openDatabase } from './database.ts'
import { emptyPglite } from './pglite.fixtures.ts'

const log = pino({ level: 'silent' })
const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hubs-pglite-'))
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

describeDatabase('PGlite', emptyPglite)

test('what was written is there when it is opened again, and leftovers of a broken creation are not', async () => {
  const dataDir = join(await newFolder(), 'deeper', 'still')
  const first = await openDatabase({ dataDir, log })
  await first.db.insert(facts).values({ name: 'kept', value: 'yes' })
  await first.close()
  expect(await readdir(dataDir)).toEqual(['database'])
  const made = await readdir(dataDir, { recursive: true })
  const open = await Promise.all(made.map(async (name) => (await stat(join(dataDir, name))).mode & 0o022))
  expect(open.filter((mode) => mode !== 0)).toEqual([])

  const second = await openDatabase({ dataDir, log })
  await second.migrate()
  expect(await second.db.select().from(facts)).toEqual([{ name: 'kept', value: 'yes' }])
  await second.close()
}, 120_000)

test('a folder that cannot be made is told with its name', async () => {
  await expect(openDatabase({ dataDir: '/dev/null/hubs', log })).rejects.toThrow('/dev/null/hubs')
})
