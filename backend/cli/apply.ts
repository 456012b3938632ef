import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FieldError } from '../wire.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** Writes the hub of each file, `{ slug, ...document }`; those after a refused one too. Says whether all went in. */
export async function apply(terminal: Terminal, paths: readonly string[], dryRun: boolean): Promise<boolean> {
  if (paths.length === 0) throw new UsageError('apply takes files or folders of hub documents.')
  let whole = true
  for (const path of (await Promise.all(paths.map(filesOf))).flat()) {
    try {
      const { slug, document } = parse(await readFile(path, 'utf8'))
      const { outcome } = await terminal.ask({ do: 'apply', slug, document, dryRun })
      console.log(`${slug}: ${dryRun && outcome !== 'unchanged' ? `would be ${outcome}` : outcome}`)
    } catch (error) {
      whole = false
      console.error(`${path}: ${(error as Error).message}`)
      for (const { field, message } of errorsOf(error))
        console.error(`  ${field || 'the document'} ${message}`)
    }
  }
  return whole
}

/** A folder stands for the `.json` files in it. */
async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const files = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
  if (files.length === 0) throw new Error(`There are no .json files in ${path}.`)
  return files.map((name) => join(path, name))
}

function parse(text: string): { slug: string; document: object } {
  const raw: unknown = JSON.parse(text)
  if (typeof raw !== 'object' || raw === null || !('slug' in raw) || typeof raw.slug !== 'string') {
    throw new Error('A hub document in a file is an object with a "slug".')
  }
  const { slug, ...document } = raw
  return { slug, document }
}

/** Of a HubError, here or from the running Hubs. */
function errorsOf(error: unknown): readonly FieldError[] {
  const { errors } = error as { errors?: unknown }
  return Array.isArray(errors) ? errors : []
}
