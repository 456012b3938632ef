import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makePrivateFolder, takeFromOthers } from './private-folder.ts'
import { migrationsFolder, productFolder } from './product-folder.ts'

// Given as text, because there is no file to start once the product is one bundle.
const creation = `
  import { PGlite } from '@electric-sql/pglite'
  import { drizzle } from 'drizzle-orm/pglite'
  import { migrate } from 'drizzle-orm/pglite/migrator'
  const [folder, migrationsFolder] = process.argv.slice(-2)
  const client = await PGlite.create(folder)
  await migrate(drizzle({ client }), { migrationsFolder })
  await client.close()
`

/**
 * Makes the embedded database in a process of its own, which takes the 700 MB that creation needs with it when it ends.
 * It appears at `folder` complete or not at all.
 */
export async function createPglite(folder: string): Promise<void> {
  const parent = dirname(folder)
  const unfinished = `${basename(folder)}.new-`
  await makePrivateFolder(parent)
  for (const name of await readdir(parent)) {
    if (name.startsWith(unfinished)) await rm(join(parent, name), { recursive: true, force: true })
  }
  const made = join(parent, `${unfinished}${process.pid}`)
  await run(made)
  // It unpacks its files for everybody to write, whatever our umask says.
  await takeFromOthers(made)
  await rename(made, folder)
}

/** As the system says it, and as the number of it in what Postgres was compiled to. */
const noRoom = /ENOSPC|No space left on device|errno: 51\b/

async function run(folder: string): Promise<void> {
  const args = ['--input-type=module', '--eval', creation, folder, migrationsFolder()]
  const child = spawn(process.execPath, args, {
    cwd: productFolder(),
    // Nothing of ours: loaders and debuggers named in NODE_OPTIONS are not meant for it.
    env: { NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000)
  })
  const [code] = await once(child, 'close')
  if (code !== 0 && noRoom.test(complaint)) {
    await rm(folder, { recursive: true, force: true })
    throw new Error(
      `There is no room on the disk of HUBS_DATA (${dirname(folder)}): the database needs 60 MB to begin with, and more as it grows.`,
    )
  }
  if (code !== 0)
    throw new Error(`The embedded database could not be created in ${folder}: ${complaint.trim()}`)
}
