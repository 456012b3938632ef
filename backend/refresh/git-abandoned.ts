import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Milliseconds after which a folder is nobody's any more: no load takes as long. Another process may share the place. */
const ABANDONED = 3_600_000

/** Removes from `cache` what processes left that ended in the middle of a load: each up to 128 MiB. */
export async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name)
    // Another process that begins may have removed it.
    const there = name.startsWith('git-') ? await stat(folder).catch(() => undefined) : undefined
    if (there && Date.now() - there.mtimeMs > ABANDONED) await rm(folder, { recursive: true, force: true })
  }
}
