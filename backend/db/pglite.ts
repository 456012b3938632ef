import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import type { Logger } from 'pino'
import * as schema from '#drizzle/schema.ts'
import { openSlice } from '../base/slice.ts'
import type { OpenDatabase } from './database.ts'
import { DatabaseAway } from './database-away.ts'
import { createPglite } from './pglite-creation.ts'
import { migrationsFolder } from './product-folder.ts'

/** Bytes below which writes fail now or soon. */
const LEAST_ROOM = 4 * 1024 * 1024

const noRoom = (dataDir: string): Error =>
  Object.assign(new Error(`There is no room on the disk of ${dataDir}.`), { code: 'ENOSPC' })

async function isFull(dataDir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dataDir)
  return bavail * bsize < LEAST_ROOM
}

const noDatabase = (folder: string, why: string): string =>
  `${folder} ${why}. Put back a backup of it, or move it away to begin with an empty database.`

/**
 * Postgres inside this process, in `dataDir/database`. Two processes on one folder lose rows: hold the folder first.
 * @throws Error in words when the folder is there and holds no database that can be opened
 */
export async function openPglite({ dataDir, log }: { dataDir: string; log: Logger }): Promise<OpenDatabase> {
  const folder = join(dataDir, 'database')
  if (!existsSync(folder)) {
    log.info(`Creating the database in ${folder}.`)
    await createPglite(folder)
  }
  // Without it PGlite would begin anew, over whatever else is there.
  if (!existsSync(join(folder, 'PG_VERSION'))) throw new Error(noDatabase(folder, 'holds no whole database'))
  // Loaded when needed: with a Postgres these megabytes of WebAssembly are never read.
  const [{ PGlite }, { drizzle }, { migrate }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('drizzle-orm/pglite'),
    import('drizzle-orm/pglite/migrator'),
  ])
  // The default of 128 MB of buffers would double the memory of the process.
  const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB']
  const client = await PGlite.create(folder, { startParams }).catch(async (cause: unknown) => {
    if (await isFull(dataDir)) throw noRoom(dataDir)
    throw new Error(noDatabase(folder, 'holds a database that cannot be opened'), { cause })
  })
  letOthersRun(client)
  const db = drizzle({ client, schema })
  const locks = localLocks()

  return {
    db,
    kind: 'pglite',
    async check() {
      await client.query('select 1')
      if (await isFull(dataDir)) throw new DatabaseAway({ cause: noRoom(dataDir) })
    },
    migrate: () => migrate(db, { migrationsFolder: migrationsFolder() }),
    async listen(channel, onNotify) {
      await client.listen(channel, () => onNotify())
    },
    ...locks,
    close: () => client.close(),
  }
}

/**
 * PGlite answers without ever leaving the turn of the event loop it was asked in: many queries at one time would hold the
 * process until the last of them has its answer.
 */
function letOthersRun(client: PGlite): void {
  const exclusively = client._runExclusiveTransaction.bind(client)
  const slice = openSlice()
  client._runExclusiveTransaction = (work) =>
    exclusively(async () => {
      if (slice.isOver) await slice.next()
      return work()
    })
}

/** Nobody else is on the folder, so locks between the parts of this process are enough. */
function localLocks(): Pick<OpenDatabase, 'advisoryLock' | 'withLock'> {
  const held = new Map<string, Promise<void>>()
  const take = (name: string) => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = () => {
        held.delete(name)
        resolve()
      }
    })
    held.set(name, released)
    return release
  }
  return {
    async advisoryLock(name) {
      if (held.has(name)) return undefined
      const release = take(name)
      return { lost: new AbortController().signal, release: async () => release() }
    },
    async withLock(name, work) {
      while (held.has(name)) await held.get(name)
      const release = take(name)
      try {
        return await work()
      } finally {
        release()
      }
    },
  }
}
