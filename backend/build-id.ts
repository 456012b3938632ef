import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Names the build that runs, so that a page made by another one offers to reload. */
export async function buildId(productDir: string, development: boolean): Promise<string> {
  if (development) return 'development'
  try {
    return (await readFile(join(productDir, '.next', 'BUILD_ID'), 'utf8')).trim()
  } catch {
    return 'unbuilt'
  }
}
