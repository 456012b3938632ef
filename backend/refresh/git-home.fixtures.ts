import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { GitCommit } from '#widgets/define.ts'
import { gitLog } from './git-log.ts'

/** The environment of the git that makes repositories, which reads no settings of this machine. */
export const env = {
  NODE_ENV: 'test' as const,
  // biome-ignore lint/style/noProcessEnv: git is found where this process finds its programs
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Anna Müller',
  GIT_AUTHOR_EMAIL: 'anna@example.org',
  GIT_COMMITTER_NAME: 'Mona',
  GIT_COMMITTER_EMAIL: 'mona@example.org',
}
/** Seconds since 1970 of the first commit of each repository. */
export const begin = 1_768_478_400

export const never = new AbortController().signal

export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
}

/** A repository with one commit a minute, each with these words. */
export function repository(folder: string, ...subjects: string[]): string {
  execFileSync('git', ['init', '-q', '-b', 'main', folder], { env })
  for (const [index, subject] of subjects.entries()) {
    const date = `${begin + index * 60} +0200`
    execFileSync(
      'git',
      ['-C', folder, 'commit', '-q', '--allow-empty', '--cleanup=verbatim', '-m', subject],
      {
        env: { ...env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      },
    )
  }
  return folder
}

/** A repository whose branch `bomb` is one commit of 320 MB, which is small on the disk. */
export async function bombRepository(folder: string): Promise<string> {
  repository(folder, 'Small')
  const tree = git(folder, 'write-tree').trim()
  const head = `tree ${tree}\nauthor A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\nSubject\n\n`
  const commit = Buffer.concat([Buffer.from(head), Buffer.alloc(320 * 1024 * 1024, 'x')])
  const object = Buffer.concat([Buffer.from(`commit ${commit.length}\0`), commit])
  const hash = createHash('sha1').update(object).digest('hex')
  await mkdir(join(folder, '.git', 'objects', hash.slice(0, 2)), { recursive: true })
  await writeFile(
    join(folder, '.git', 'objects', hash.slice(0, 2), hash.slice(2)),
    deflateSync(object, { level: 1 }),
  )
  await writeFile(join(folder, '.git', 'refs', 'heads', 'bomb'), `${hash}\n`)
  return folder
}

export interface GitHome {
  readonly home: string
  /** A folder that may be read, with the repositories `api`, its copy `bare.git`, and `empty`. */
  readonly root: string
  /** A folder that may not, with the repository `secret`. */
  readonly outside: string
  readonly cacheDir: string
  read(
    repository: string,
    query?: { ref?: string; limit?: number },
    roots?: readonly string[],
  ): Promise<readonly GitCommit[]>
  subjects(...args: Parameters<GitHome['read']>): Promise<readonly string[]>
  remove(): Promise<void>
}

export async function makeGitHome(): Promise<GitHome> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'hubs-git-')))
  const root = join(home, 'root')
  const outside = join(home, 'outside')
  const cacheDir = join(home, 'cache')
  await mkdir(root)
  await mkdir(outside)
  repository(join(root, 'api'), 'First', 'Grüße, "all" \t of you\n\nThe body', 'Third')
  git(join(root, 'api'), 'branch', 'old', 'HEAD~1')
  git(join(root, 'api'), 'tag', 'v1', 'HEAD~2')
  repository(join(root, 'empty'))
  repository(join(outside, 'secret'), 'A secret')
  execFileSync('git', ['clone', '-q', '--bare', join(root, 'api'), join(root, 'bare.git')], { env })
  const read: GitHome['read'] = async (repository, query = {}, roots = [root]) =>
    await gitLog({ roots: [...roots], allow: [], cacheDir })({ repository, limit: 10, ...query }, never)
  return {
    home,
    root,
    outside,
    cacheDir,
    read,
    subjects: async (...args) => (await read(...args)).map(({ subject }) => subject),
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 3 }),
  }
}
