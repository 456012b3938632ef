import type { Dirent } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LoadFailure } from '#widgets/define.ts'
import { type GitFolder, type Inside, notThere, textOf } from './git-folder.ts'

/** Files and folders that are looked at before a repository counts as too many of them. */
const maxEntries = 200_000
const maxAlternates = 64 * 1024

/** What git reads of a repository to tell its log. */
const parts = ['objects', 'refs', 'packed-refs', 'shallow', 'config']

/**
 * Sees to it that what git would read of a repository lies below the roots too: every link is followed, and the other
 * object folders it borrows from. Nor may it hold pipes or devices, from which git would read for ever. Whoever may
 * write there can change it a moment later, and then has git read commits, and nothing else, that the daemon may read.
 * @throws LoadFailure
 */
export async function checkContents(
  path: string,
  { shared }: GitFolder,
  { inside, signal }: { readonly inside: Inside; readonly signal: AbortSignal },
): Promise<void> {
  const seen = new Set<string>()
  const folders: string[] = []
  let entries = 0

  async function look(
    at: string,
    kind: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>,
  ): Promise<void> {
    if (kind.isFile()) return
    if (kind.isDirectory()) {
      if (!seen.has(at)) folders.push(at)
      seen.add(at)
    } else if (kind.isSymbolicLink()) {
      const target = await inside(at)
      await look(target, await lstat(target))
    } else throw notThere(path)
  }

  for (const part of parts) {
    const kind = await lstat(join(shared, part)).catch(() => undefined)
    if (kind) await look(join(shared, part), kind)
  }
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted()
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      if (++entries > maxEntries) {
        throw new LoadFailure('upstream', 'The repository has too many files: run git gc in it.')
      }
      await look(join(folder, entry.name), entry)
    }
    for (const borrowed of await alternatesOf(folder, path)) {
      const target = await inside(borrowed)
      await look(target, await lstat(target))
    }
  }
}

/** Other object folders that the object folder `objects` borrows from; of any other folder there are none. */
async function alternatesOf(objects: string, path: string): Promise<readonly string[]> {
  const file = join(objects, 'info', 'alternates')
  if (!(await lstat(file).catch(() => undefined))) return []
  const text = await textOf(file, maxAlternates)
  const lines = text?.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  // A link, or a list without end; or a name in quotes, of which git makes another one.
  if (lines === undefined || lines.some((line) => line.startsWith('"'))) throw notThere(path)
  return lines.map((line) => resolve(objects, line))
}
