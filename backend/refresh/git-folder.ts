import { constants } from 'node:fs'
import { lstat, open, readlink, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { LoadFailure } from '#widgets/define.ts'

/** A repository on this machine, all of whose parts lie below the roots. */
export interface GitFolder {
  /** Holds `HEAD`. Of a linked worktree that is another folder than `shared`, which holds everything else. */
  readonly own: string
  readonly shared: string
}

/** The path once every link is followed. @throws LoadFailure `refused` when it leads out of the roots, or nowhere. */
export type Inside = (path: string) => Promise<string>

/** The words are the same for what is elsewhere and for what does not exist, so that nobody can look around. */
export async function insideOf(roots: readonly string[], path: string): Promise<Inside> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)))
  return async (at) => {
    const followed = await realpath(at).catch(() => undefined)
    if (followed === undefined || !real.some((root) => root !== undefined && below(followed, root))) {
      throw notThere(path)
    }
    return followed
  }
}

/**
 * The repository at `path`.
 * @throws LoadFailure `unavailable` without roots, `refused` for a path that is not below one.
 */
export async function gitFolder(path: string, roots: readonly string[], inside: Inside): Promise<GitFolder> {
  if (roots.length === 0) {
    throw new LoadFailure('unavailable', 'Add the folder of this repository to HUBS_GIT_ROOTS on the server.')
  }
  const folder = await inside(path)
  const dotGit = join(folder, '.git')
  const kind = await lstat(dotGit).catch(() => undefined)
  // A linked worktree has a file that says where its own folder is, and a file there says where the shared one is.
  const pointed = kind?.isFile() ? await textOf(dotGit, 4096) : undefined
  const own =
    kind === undefined
      ? folder
      : await inside(
          pointed === undefined ? dotGit : resolve(folder, pointed.replace(/^gitdir: /, '').trimEnd()),
        )
  const common = await textOf(join(own, 'commondir'), 4096)
  const shared = common === undefined ? own : await inside(resolve(own, common.trimEnd()))
  if ((await headOf(own)) === undefined) throw notThere(path)
  return { own, shared }
}

/** What `HEAD` says: a name or a hash. It may be a link, as git made it long ago. */
export async function headOf(own: string): Promise<string | undefined> {
  const head = join(own, 'HEAD')
  const linked = await readlink(head).catch(() => undefined)
  return linked === undefined ? await textOf(head, 4096) : `ref: ${linked}\n`
}

/**
 * The text of a small plain file, if it is one. Without waiting: opening a pipe would hold a thread of this process
 * until somebody writes.
 */
export async function textOf(file: string, maxBytes: number): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    () => undefined,
  )
  if (handle === undefined) return undefined
  try {
    const found = await handle.stat()
    return found.isFile() && found.size <= maxBytes ? await handle.readFile('utf8') : undefined
  } finally {
    await handle.close()
  }
}

export const notThere = (path: string): LoadFailure =>
  new LoadFailure('refused', `There is no git repository at ${path} below a folder named in HUBS_GIT_ROOTS.`)

function below(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}
