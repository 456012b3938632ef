import { lstat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LoadFailure } from '#widgets/define.ts'
import { type GitFolder, headOf } from './git-folder.ts'
import { runGit } from './git-run.ts'

/** Refs, objects and where history was cut: what a log is made of. */
const borrowed = ['refs', 'packed-refs', 'objects', 'shallow']

/**
 * Makes of `folder`, an empty one, a repository with the commits and refs of `from` and settings of our own: what its
 * owner configured, includes, hooks into git, or grafts onto it is not there for git to follow.
 * @throws LoadFailure
 */
export async function borrowGit(from: GitFolder, folder: string, signal: AbortSignal): Promise<void> {
  const formats = await formatsOf(from, signal)
  const refs = formats.get('extensions.refstorage') ?? 'files'
  if (refs !== 'files') {
    throw new LoadFailure(
      'upstream',
      `The repository keeps its refs as ${refs}, which Hubs does not read: run git refs migrate --ref-format=files in it.`,
    )
  }
  const hash = formats.get('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1'
  const settings = `[core]\n\tbare = true\n\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = ${hash}\n`
  await writeFile(join(folder, 'config'), settings)
  await writeFile(join(folder, 'HEAD'), (await headOf(from.own)) ?? '')
  for (const name of borrowed) {
    const there = await lstat(join(from.shared, name)).catch(() => undefined)
    if (there) await symlink(join(from.shared, name), join(folder, name))
  }
}

/** How the repository is written, the only settings of its own that hold. */
async function formatsOf({ shared }: GitFolder, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { code, stdout, stderr } = await runGit(
    [
      ...['config', '--file', join(shared, 'config'), '--no-includes', '--null'],
      ...['--get-regexp', '^extensions\\.(objectformat|refstorage)$'],
    ],
    { home: '/nonexistent', signal },
  )
  // 1: there is none of them.
  if (code !== 0 && code !== 1) {
    throw new LoadFailure('upstream', 'git cannot read the settings of this repository.', {
      cause: new Error(stderr.slice(0, 2000)),
    })
  }
  const lines = stdout.split('\0').map((line) => line.split('\n'))
  return new Map(lines.map(([name = '', value = '']) => [name.toLowerCase(), value.toLowerCase()]))
}
