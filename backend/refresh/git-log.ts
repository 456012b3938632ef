import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type GitCommit, LoadFailure } from '#widgets/define.ts'
import { wholeCharacters } from '#widgets/kit/whole-characters.ts'
import { addressGuard } from './address-guard.ts'
import { removeAbandoned } from './git-abandoned.ts'
import { borrowGit } from './git-borrowed.ts'
import { checkContents } from './git-contents.ts'
import { gitFetch, type Lookup } from './git-fetch.ts'
import { type GitFolder, gitFolder, insideOf } from './git-folder.ts'
import { runGit } from './git-run.ts'

const maxCommits = 500
const maxSubject = 500
/** The largest time a date can hold, in seconds. */
const maxSeconds = 8.64e12

export type GitLog = (
  query: { readonly repository: string; readonly ref?: string; readonly limit: number },
  signal: AbortSignal,
) => Promise<readonly GitCommit[]>

/**
 * Reads the newest commits of a repository: a path below one of `roots`, or an https address, which is connected to
 * only where that is public or within `allow` (CIDR ranges). Either is read through a folder of ours in `cacheDir`,
 * made for this one answer: a local one is borrowed, a remote one fetched, shallow. A repository without commits has none; `ref` is a branch, a tag or a hash.
 * @throws LoadFailure `refused` for what may not be read, `unavailable` when something is not set up, `upstream` when
 * the repository cannot be read; the reason of `signal` once that is aborted.
 */
export function gitLog({
  roots,
  allow,
  cacheDir,
  caFile,
  lookup,
}: {
  readonly roots: readonly string[]
  readonly allow: readonly string[]
  readonly cacheDir: string
  /** PEM file of certificate authorities to trust besides the public ones. */
  readonly caFile?: string | undefined
  readonly lookup?: Lookup
}): GitLog {
  const permits = addressGuard(allow)
  const cache = resolve(cacheDir)
  /** Once, when it is first read; what cannot be removed keeps nobody from reading. */
  let cleaned: Promise<void> | undefined

  return async ({ repository, ref = 'HEAD', limit }, signal) => {
    signal.throwIfAborted()
    if (!isRef(ref)) throw new LoadFailure('refused', `${ref} is not the name of a branch or tag.`)
    const depth = Math.max(1, Math.min(maxCommits, Math.floor(limit)))
    const from = repository.startsWith('/') ? await checked(repository, roots, signal) : remote(repository)
    await mkdir(cache, { recursive: true })
    cleaned ??= removeAbandoned(cache).catch(() => {})
    await cleaned
    const folder = await mkdtemp(join(cache, 'git-'))
    try {
      if (!(from instanceof URL)) {
        await borrowGit(from, folder, signal)
        return await newest({ folder, ref, limit: depth, signal })
      }
      const some = await gitFetch({ url: from, ref, depth }, { folder, permits, lookup, caFile, signal })
      if (!some) return []
      return await newest({ folder, ref: 'FETCH_HEAD', limit: depth, signal })
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}

async function checked(path: string, roots: readonly string[], signal: AbortSignal): Promise<GitFolder> {
  const inside = await insideOf(roots, path)
  const folder = await gitFolder(path, roots, inside)
  await checkContents(path, folder, { inside, signal })
  return folder
}

async function newest({
  folder,
  ref,
  limit,
  signal,
}: {
  readonly folder: string
  readonly ref: string
  readonly limit: number
  readonly signal: AbortSignal
}): Promise<readonly GitCommit[]> {
  // Naming the folder keeps git from searching parents.
  const repository = `--git-dir=${folder}`
  const format = ['-z', '--format=%H%x00%an%x00%at%x00%s', '--encoding=UTF-8', '--no-color', '--no-notes']
  const log = await runGit(
    [repository, 'log', ...format, `--max-count=${limit}`, '--end-of-options', ref, '--'],
    { home: folder, signal },
  )
  if (log.code === 0) return parseLog(log.stdout)
  const cause = new Error(log.stderr.slice(0, 2000))
  const known = await runGit([repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', ref], {
    home: folder,
    signal,
  })
  if (known.code === 1) {
    if (ref === 'HEAD') return []
    throw new LoadFailure('upstream', `The repository has no branch or tag ${ref}.`, { cause })
  }
  throw new LoadFailure('upstream', 'git cannot read the log of this repository.', { cause })
}

/** Fields and commits are both ended by NUL, which no field can hold. */
export function parseLog(text: string): GitCommit[] {
  const fields = text.split('\0')
  const commits: GitCommit[] = []
  for (let start = 0; start + 4 < fields.length; start += 4) {
    const [hash = '', author = '', seconds = '', subject = ''] = fields.slice(start, start + 4)
    commits.push({ hash, author, time: milliseconds(seconds), subject: wholeCharacters(subject, maxSubject) })
  }
  return commits
}

/** An author can have written any number; what no date can hold counts as 1970. */
function milliseconds(seconds: string): number {
  const value = Number(seconds)
  return Number.isInteger(value) && Math.abs(value) <= maxSeconds ? value * 1000 : 0
}

/** The rules of `git check-ref-format`, and none of the signs that make a revision or a refspec of a name. */
function isRef(ref: string): boolean {
  return (
    ref.length <= 200 && /^(?!-)(?!.*(?:\.\.|@\{|\/\/))[^\s~^:?*[\\+\p{Cc}][^\s~^:?*[\\\p{Cc}]*$/u.test(ref)
  )
}

function remote(repository: string): URL {
  const url = URL.canParse(repository) ? new URL(repository) : undefined
  if (url?.protocol !== 'https:') {
    throw new LoadFailure(
      'refused',
      'A repository is an absolute path below HUBS_GIT_ROOTS or an https address.',
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new LoadFailure('refused', 'The address of a repository must not hold a user name or password.')
  }
  return url
}
