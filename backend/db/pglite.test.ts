import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { facts } from '#drizzle/schema.ts'
import { busStore } from '../bus/bus-store.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import { describeDatabase } from './contract.ts'
import { openDatabase } from './open-database.ts'
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

test('many queries at one time let the process do other work in between', async () => {
  const { db, close } = await emptyPglite()
  let turns = 0
  let counting = setImmediate(function count() {
    turns++
    counting = setImmediate(count)
  })
  // Each is a millisecond of work or more.
  const query = () => db.execute(sql`select count(*) from generate_series(1, 20000)`)
  await query()
  turns = 0
  await Promise.all(Array.from({ length: 100 }, query))
  expect(turns).toBeGreaterThan(2)
  clearImmediate(counting)
  await close()
})

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

/** A disk of that many megabytes, where this user may have one. */
test('a folder that holds no whole database is refused in words, and stays as it was', async () => {
  const dataDir = await newFolder()
  const database = join(dataDir, 'database')
  await (await openDatabase({ dataDir, log })).close()
  await rename(join(database, 'PG_VERSION'), join(dataDir, 'version'))
  const files = await readdir(database, { recursive: true })
  await expect(openDatabase({ dataDir, log })).rejects.toThrow(
    `${database} holds no whole database. Put back a backup of it, or move it away`,
  )
  expect(await readdir(database, { recursive: true })).toEqual(files)

  await rename(join(dataDir, 'version'), join(database, 'PG_VERSION'))
  await rm(join(database, 'global'), { recursive: true })
  await expect(openDatabase({ dataDir, log })).rejects.toThrow(
    `${database} holds a database that cannot be opened. Put back a backup of it`,
  )
  await rm(database, { recursive: true })
  await writeFile(database, '')
  await expect(openDatabase({ dataDir, log })).rejects.toThrow(`${database} holds no whole database.`)
}, 120_000)

async function smallDisk(megabytes: number): Promise<string | undefined> {
  const folder = await newFolder()
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'hubs-test', folder])
  if (status !== 0) return undefined
  onTestFinished(() => void spawnSync('umount', ['-l', folder]))
  return folder
}

describe.runIf(process.getuid?.() === 0 && process.platform === 'linux')('a disk that is full', () => {
  test('at the very first start is told in one sentence', async ({ skip }) => {
    const disk = await smallDisk(8)
    if (disk === undefined) return skip('only who may mount a file system can have a small one')
    const dataDir = join(disk, 'data')
    const failure = await openDatabase({ dataDir, log }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      message: `There is no room on the disk of HUBS_DATA (${dataDir}): the database needs 60 MB to begin with, and more as it grows.`,
    })
    expect(await readdir(dataDir)).toEqual([])
  }, 60_000)

  test('later is named by what is asked and by what is written, until there is room again', async ({
    skip,
  }) => {
    const disk = await smallDisk(120)
    if (disk === undefined) return skip('only who may mount a file system can have a small one')
    const database = await openDatabase({ dataDir: join(disk, 'data'), log })
    await database.migrate()
    await database.check()
    const full = { code: 'database-away', message: 'The disk of the database is full.' }
    const fill = join(disk, 'fill')
    await writeFile(fill, Buffer.alloc(120 * 1024 * 1024)).catch(() => {})
    await expect(database.check()).rejects.toMatchObject(full)
    const bus = await memoryBus({ store: busStore(database.db), log })
    const publish = () => bus.publish([{ id: '1', topic: 'a', body: 'x'.repeat(200_000) }])
    await expect(publish()).rejects.toMatchObject({
      code: 'bus-away',
      message: `The database holds the bus. ${full.message}`,
    })
    await rm(fill)
    expect(await publish()).toMatchObject([{ duplicate: false }])
    await database.check()
    await bus.close()
    await database.close()
  }, 60_000)
})

test('a folder that cannot be made is told with its name', async () => {
  await expect(openDatabase({ dataDir: '/dev/null/hubs', log })).rejects.toThrow('/dev/null/hubs')
})
