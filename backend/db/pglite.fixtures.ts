import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { OpenDatabase } from './database.ts'
import { openDatabase } from './open-database.ts'
import { createPglite } from './pglite-creation.ts'
import { migrationsFolder } from './product-folder.ts'

/** An embedded database of its own for a test, migrated and empty, gone when it is closed. */
export async function emptyPglite(): Promise<OpenDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hubs-pglite-'))
  await cp(await template(), join(dataDir, 'database'), { recursive: true })
  const database = await openDatabase({ dataDir, log: pino({ level: 'silent' }) })
  return {
    ...database,
    async close() {
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Creating one takes seconds of both cores, so all tests copy the first one made for these migrations. */
async function template(): Promise<string> {
  const hash = createHash('sha256').update(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
  for (const name of (await readdir(migrationsFolder())).sort()) {
    if (name.endsWith('.sql')) hash.update(await readFile(join(migrationsFolder(), name)))
  }
  const folder = join(tmpdir(), `hubs-pglite-template-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return folder
  const made = await mkdtemp(join(tmpdir(), 'hubs-pglite-made-'))
  await createPglite(join(made, 'database'))
  // Of test processes that make it at the same time, the first wins; a folder with files is never replaced.
  await rename(join(made, 'database'), folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  await rm(made, { recursive: true, force: true })
  return folder
}
