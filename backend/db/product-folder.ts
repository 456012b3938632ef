import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this installation, found upwards because the code runs from its sources and from one bundle. */
export function productFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'drizzle/migrations/meta/_journal.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('The folder drizzle/migrations is missing from this installation.')
    folder = parent
  }
  return folder
}

export const migrationsFolder = (): string => join(productFolder(), 'drizzle/migrations')
