import { createHmac, randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePrivateFolder } from './db/private-folder.ts'

const secretPath = (dataDir: string) => join(dataDir, 'secret')

/** `HUBS_SECRET`, or the one kept in `dataDir`; nothing before the first start. */
export async function readSecret(given: string | undefined, dataDir: string): Promise<string | undefined> {
  if (given !== undefined) return given
  try {
    const kept = (await readFile(secretPath(dataDir), 'utf8')).trim()
    // A full disk at the first start leaves an empty file, and anybody could sign with that.
    if (kept.length < 32) throw new Error(`${secretPath(dataDir)} holds no secret: put the one it held back.`)
    return kept
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error
    return undefined
  }
}

/** As `readSecret`; at the first start one is made and kept, readable by this user alone. */
export async function findSecret(given: string | undefined, dataDir: string): Promise<string> {
  const known = await readSecret(given, dataDir)
  if (known !== undefined) return known
  const made = randomBytes(32).toString('base64url')
  await makePrivateFolder(dataDir)
  const path = secretPath(dataDir)
  try {
    await writeFile(path, `${made}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOSPC') throw error
    // Half of one would be in the way of the next start.
    await rm(path, { force: true })
    throw new Error(`There is no room on the disk of HUBS_DATA (${dataDir}).`, { cause: error })
  }
  return made
}

/** What a source signs its deliveries with: the one `given` for its door, or one that follows from `HUBS_SECRET`. */
export function webhookSecret(source: string, given: string | undefined, secret: string): string {
  return given ?? createHmac('sha256', secret).update(`${source} webhook`).digest('base64url')
}
