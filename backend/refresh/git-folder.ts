import { readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { LoadFailure } from '#widgets/define.ts'

/**
 * The folder that holds the objects of the repository at `path`, itself below one of `roots` once every link is
 * followed. The answer is the same for what is elsewhere and for what does not exist, so that nobody can look around.
 * @throws LoadFailure `unavailable` without roots, `refused` for a path that is not below one.
 */
export async function gitFolder(path: string, roots: readonly string[]): Promise<string> {
  if (roots.length === 0) {
    throw new LoadFailure(
      'unavailable',
      'Name the folder that holds this repository in HUBS_GIT_ROOTS to let widgets read it.',
    )
  }
  const refusal = () =>
    new LoadFailure(
      'refused',
      `There is no git repository at ${path} below a folder named in HUBS_GIT_ROOTS.`,
    )
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)))
  const inside = async (folder: string): Promise<string> => {
    const followed = await realpath(folder).catch(() => undefined)
    if (followed === undefined || !real.some((root) => root !== undefined && below(followed, root))) {
      throw refusal()
    }
    return followed
  }

  const folder = await inside(path)
  const dotGit = join(folder, '.git')
  const kind = await stat(dotGit).catch(() => undefined)
  // A linked worktree has a file that says where its own folder is, and a file there says where the shared one is.
  const own =
    kind === undefined
      ? folder
      : await inside(kind.isFile() ? resolve(folder, await pointer(dotGit, /^gitdir: /)) : dotGit)
  const shared = join(own, 'commondir')
  if (await stat(shared).catch(() => undefined)) await inside(resolve(own, await pointer(shared, /^/)))
  const head = await stat(join(own, 'HEAD')).catch(() => undefined)
  if (head === undefined) throw refusal()
  return own
}

function below(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}

async function pointer(file: string, prefix: RegExp): Promise<string> {
  const { size } = await stat(file)
  return size > 4096 ? '' : (await readFile(file, 'utf8')).replace(prefix, '').trimEnd()
}
