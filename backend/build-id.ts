import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Names the build that runs, so that a page made by another one offers to reload. Pages below another path are another
 * build, in the folder that `next.config.mjs` says; undefined where that was not made.
 */
export async function buildId(
  productDir: string,
  development: boolean,
  basePath: string,
): Promise<string | undefined> {
  if (development) return 'development'
  const folder = basePath === '' ? '.next' : join('.next-below', basePath.slice(1).replaceAll('/', '~'))
  try {
    return (await readFile(join(productDir, folder, 'BUILD_ID'), 'utf8')).trim()
  } catch {
    return undefined
  }
}
