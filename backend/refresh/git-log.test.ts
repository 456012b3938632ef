import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  appendFile,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LoadFailure } from '#widgets/define.ts'
import { canPin } from './git-fetch.ts'
import { gitLog, parseLog } from './git-log.ts'
import { type GitServer, startGitServer } from './git-server.fixtures.ts'

const env = {
  NODE_ENV: 'test' as const,
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Anna Müller',
  GIT_AUTHOR_EMAIL: 'anna@example.org',
  GIT_COMMITTER_NAME: 'Mona',
  GIT_COMMITTER_EMAIL: 'mona@example.org',
}
const begin = 1_768_478_400

let home: string
let root: string
let outside: string
let cacheDir: string

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
}

/** A repository with one commit a minute, each with these words. */
function repository(folder: string, ...subjects: string[]): string {
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

beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'hubs-git-')))
  root = join(home, 'root')
  outside = join(home, 'outside')
  cacheDir = join(home, 'cache')
  await mkdir(root)
  await mkdir(outside)
  repository(join(root, 'api'), 'First', 'Grüße, "all" \t of you\n\nThe body', 'Third')
  git(join(root, 'api'), 'branch', 'old', 'HEAD~1')
  git(join(root, 'api'), 'tag', 'v1', 'HEAD~2')
  repository(join(root, 'empty'))
  repository(join(outside, 'secret'), 'A secret')
  execFileSync('git', ['clone', '-q', '--bare', join(root, 'api'), join(root, 'bare.git')], { env })
})
afterAll(async () => {
  await rm(home, { recursive: true, force: true, maxRetries: 3 })
})

const never = new AbortController().signal
const read = async (repository: string, query: { ref?: string; limit?: number } = {}, roots = [root]) =>
  await gitLog({ roots, allow: [], cacheDir })({ repository, limit: 10, ...query }, never)
const subjects = async (...args: Parameters<typeof read>) =>
  (await read(...args)).map(({ subject }) => subject)

test('what a process left that ended in the middle of a load is removed, and nothing else', async () => {
  const place = await mkdtemp(join(home, 'left-'))
  const old = new Date(Date.now() - 2 * 3_600_000)
  for (const name of ['git-old', 'git-new', 'other']) {
    await mkdir(join(place, name, 'objects'), { recursive: true })
    if (name !== 'git-new') await utimes(join(place, name), old, old)
  }
  await gitLog({ roots: [root], allow: [], cacheDir: place })(
    { repository: join(root, 'api'), limit: 1 },
    new AbortController().signal,
  )
  expect((await readdir(place)).sort()).toEqual(['git-new', 'other'])
})

describe('a repository below a root', () => {
  test('is read newest first, with what each commit says', async () => {
    const commits = await read(join(root, 'api'))
    expect(commits).toEqual([
      {
        hash: expect.stringMatching(/^[0-9a-f]{40}$/),
        author: 'Anna Müller',
        time: (begin + 120) * 1000,
        subject: 'Third',
      },
      {
        hash: git(join(root, 'api'), 'rev-parse', 'old').trim(),
        author: 'Anna Müller',
        time: (begin + 60) * 1000,
        subject: 'Grüße, "all" \t of you',
      },
      { hash: expect.anything(), author: 'Anna Müller', time: begin * 1000, subject: 'First' },
    ])
  })

  test('as deep, and from where, as asked', async () => {
    expect(await subjects(join(root, 'api'), { limit: 1 })).toEqual(['Third'])
    expect(await subjects(join(root, 'api'), { ref: 'old', limit: 1 })).toEqual(['Grüße, "all" \t of you'])
    expect(await subjects(join(root, 'api'), { ref: 'v1' })).toEqual(['First'])
    expect(
      await subjects(join(root, 'api'), { ref: git(join(root, 'api'), 'rev-parse', 'v1').trim() }),
    ).toEqual(['First'])
  })

  test('may be bare, without commits, the root itself, or reached by a link from below', async () => {
    await symlink(join(root, 'api'), join(root, 'link'))
    expect(await subjects(join(root, 'bare.git'))).toHaveLength(3)
    expect(await subjects(join(root, 'empty'))).toEqual([])
    expect(await subjects(join(root, 'api'), {}, [join(root, 'api')])).toHaveLength(3)
    expect(await subjects(join(root, 'link'))).toHaveLength(3)
  })

  test('may be a worktree of one', async () => {
    git(join(root, 'api'), 'worktree', 'add', '-q', join(root, 'tree'), 'old')
    expect(await subjects(join(root, 'tree'), { limit: 1 })).toEqual(['Grüße, "all" \t of you'])
  })

  test.runIf(process.getuid?.() === 0)('may belong to another user', async () => {
    const folder = repository(join(root, 'theirs'), 'Theirs')
    await chown(folder, 65_534, 65_534)
    await chown(join(folder, '.git'), 65_534, 65_534)
    expect(await subjects(folder)).toEqual(['Theirs'])
  })

  test('cannot make git run anything', async () => {
    const folder = repository(join(root, 'hostile'), 'Harmless')
    const trace = join(home, 'ran')
    const program = join(home, 'program')
    await writeFile(program, `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 })
    // A signature that git would have checked by that program.
    const tree = git(folder, 'write-tree').trim()
    const signed = execFileSync('git', ['-C', folder, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      env,
      input: `tree ${tree}\nauthor A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\nSigned\n`,
    })
    git(folder, 'update-ref', 'refs/heads/signed', signed.toString().trim())
    for (const setting of [
      'core.fsmonitor',
      'core.pager',
      'pager.log',
      'gpg.program',
      'core.sshCommand',
      'diff.external',
    ]) {
      git(folder, 'config', setting, program)
    }
    git(folder, 'config', 'log.showSignature', 'true')
    git(folder, 'config', 'alias.log', `!${program}`)
    expect(await subjects(folder, { ref: 'signed' })).toEqual(['Signed'])
    expect(await subjects(folder)).toEqual(['Harmless'])
    expect(existsSync(trace)).toBe(false)
    git(folder, 'log', 'signed')
    expect(existsSync(trace)).toBe(true)
  })

  test('is read with settings of ours alone', async () => {
    const folder = repository(join(root, 'configured'), 'First', 'Second')
    const pipe = join(home, 'pipe')
    execFileSync('mkfifo', [pipe])
    // A graft cuts the history short, and git would wait at the pipe for ever.
    await writeFile(join(folder, '.git', 'info', 'grafts'), git(folder, 'rev-parse', 'HEAD'))
    await appendFile(join(folder, '.git', 'config'), `[include]\n\tpath = ${pipe}\n`)
    const before = AbortSignal.timeout(10_000)
    const log = gitLog({ roots: [root], allow: [], cacheDir })
    const commits = await log({ repository: folder, limit: 10 }, before)
    expect(commits.map(({ subject }) => subject)).toEqual(['Second', 'First'])
    expect(await readdir(cacheDir)).toEqual([])
  })

  test('does not have what it lacks fetched', async () => {
    const folder = repository(join(root, 'partial'), 'First', 'Second')
    const trace = join(home, 'fetched')
    for (const [name, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::touch ${trace}`],
      ['protocol.ext.allow', 'always'],
    ])
      git(folder, 'config', name ?? '', value ?? '')
    const first = git(folder, 'rev-parse', 'HEAD~1').trim()
    await rm(join(folder, '.git', 'objects', first.slice(0, 2), first.slice(2)))
    await expect(read(folder)).rejects.toMatchObject({ code: 'upstream' })
    expect(existsSync(trace)).toBe(false)
    expect(() => git(folder, 'log')).toThrow()
    expect(existsSync(trace)).toBe(true)
  })

  test('may have hashes of SHA-256, and HEAD as a link', async () => {
    const folder = join(root, 'sha256')
    execFileSync('git', ['init', '-q', '-b', 'main', '--object-format=sha256', folder], { env })
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'Longer')
    await rm(join(folder, '.git', 'HEAD'))
    await symlink('refs/heads/main', join(folder, '.git', 'HEAD'))
    expect(await read(folder)).toMatchObject([{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  })

  test('may keep its refs in another way, which is told', async () => {
    const folder = repository(join(root, 'reftable'), 'First')
    git(folder, 'config', 'extensions.refStorage', 'reftable')
    await expect(read(folder)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('git refs migrate'),
    })
  })

  test('may borrow objects and refs within the roots', async () => {
    const folder = join(root, 'borrowing')
    execFileSync('git', ['clone', '-q', '--shared', join(root, 'api'), folder], { env })
    expect(await subjects(folder)).toHaveLength(3)
    const alternates = join(folder, '.git', 'objects', 'info', 'alternates')
    await writeFile(alternates, '# of api\n../../../api/.git/objects\n')
    expect(await subjects(folder)).toHaveLength(3)
    const linked = repository(join(root, 'linked-refs'))
    for (const name of ['refs', 'objects']) {
      await rm(join(linked, '.git', name), { recursive: true })
      await symlink(join(root, 'api', '.git', name), join(linked, '.git', name))
    }
    expect(await subjects(linked)).toHaveLength(3)
  })

  test('has authors with dates that are none', async () => {
    const folder = repository(join(root, 'dates'), 'Now')
    const tree = git(folder, 'write-tree').trim()
    const written = execFileSync(
      'git',
      ['-C', folder, 'hash-object', '--literally', '-t', 'commit', '-w', '--stdin'],
      {
        env,
        input: `tree ${tree}\nauthor A <a@example.org> 99999999999999999 +0000\ncommitter A <a@example.org> 1 +0000\n\n\n`,
      },
    )
    git(folder, 'update-ref', 'refs/heads/odd', written.toString().trim())
    const [commit] = await read(folder, { ref: 'odd' })
    expect(commit).toMatchObject({ author: 'A', subject: '' })
    expect(new Date(commit?.time ?? Number.NaN).getTime()).not.toBeNaN()
  })

  test('may have subjects of any length', async () => {
    const folder = repository(join(root, 'long'), '🙂'.repeat(20_000))
    const [subject = ''] = await subjects(folder)
    expect(subject).toMatch(/^(?:🙂){499}…$/u)
  })

  test('may not give more than anybody asked for', async () => {
    const folder = repository(join(root, 'huge'), 'Small')
    const tree = git(folder, 'write-tree').trim()
    const written = execFileSync('git', ['-C', folder, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      env,
      input: `tree ${tree}\nauthor A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\n${'x'.repeat(3_000_000)}\n`,
    })
    git(folder, 'update-ref', 'refs/heads/huge', written.toString().trim())
    await expect(read(folder, { ref: 'huge' })).rejects.toMatchObject({ code: 'upstream' })
  })

  test('may not hold more than fits into memory', { timeout: 120_000 }, async () => {
    const folder = repository(join(root, 'bomb'), 'Small')
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
    await expect(read(folder, { ref: 'bomb' })).rejects.toMatchObject({
      code: 'upstream',
      message: 'The repository holds something that is too large for git to read here.',
    })
    expect(await subjects(folder)).toEqual(['Small'])
  })

  test('without that branch is told apart from one that is broken', async () => {
    await expect(read(join(root, 'api'), { ref: 'gone' })).rejects.toMatchObject({
      code: 'upstream',
      message: 'The repository has no branch or tag gone.',
    })
    const broken = repository(join(root, 'broken'), 'Once')
    await rm(join(broken, '.git', 'objects'), { recursive: true })
    await expect(read(broken)).rejects.toMatchObject({ code: 'upstream' })
  })
})

describe('what is not below a root', () => {
  test('is refused in the same words, whether it exists or not', async () => {
    await symlink(join(outside, 'secret'), join(root, 'way-out'))
    await mkdir(join(root, 'borrowed'))
    await writeFile(join(root, 'borrowed', '.git'), `gitdir: ${join(outside, 'secret', '.git')}\n`)
    await mkdir(join(root, 'linked'))
    await symlink(join(outside, 'secret', '.git'), join(root, 'linked', '.git'))
    await cp(join(root, 'api'), join(root, 'shared'), { recursive: true })
    await writeFile(join(root, 'shared', '.git', 'commondir'), `${join(outside, 'secret', '.git')}\n`)
    await mkdir(join(root, 'plain'))
    for (const path of [
      join(outside, 'secret'),
      join(outside, 'nothing'),
      join(root, 'nothing'),
      `${root}/../outside/secret`,
      join(root, 'way-out'),
      join(root, 'borrowed'),
      join(root, 'linked'),
      join(root, 'shared'),
      join(root, 'plain'),
      `${root}-other`,
      '/',
      '/etc',
    ]) {
      await expect(read(path), path).rejects.toMatchObject({
        code: 'refused',
        message: `There is no git repository at ${path} below a folder named in HUBS_GIT_ROOTS.`,
      })
    }
  })

  /** A copy of a repository below the root, changed by `change`, which has what is outside within reach. */
  const changed = async (name: string, change: (git: string, secret: string) => Promise<unknown>) => {
    const folder = join(root, `changed-${name}`)
    await cp(join(root, 'api'), folder, { recursive: true })
    await change(join(folder, '.git'), join(outside, 'secret', '.git'))
    return folder
  }
  const linkTo = async (target: string, at: string) => {
    await rm(at, { recursive: true, force: true })
    await symlink(target, at)
  }
  const secretHash = () => git(join(outside, 'secret'), 'rev-parse', 'HEAD').trim()

  test.each<[name: string, change: (git: string, secret: string) => Promise<unknown>]>([
    [
      'alternates',
      (git, secret) => writeFile(join(git, 'objects/info/alternates'), `${join(secret, 'objects')}\n`),
    ],
    [
      'relative-alternates',
      (git) => writeFile(join(git, 'objects/info/alternates'), '../../../../outside/secret/.git/objects\n'),
    ],
    [
      'quoted-alternates',
      (git, secret) => writeFile(join(git, 'objects/info/alternates'), `"${join(secret, 'objects')}"\n`),
    ],
    [
      'alternates-by-link',
      async (git, secret) => {
        await writeFile(join(home, 'list'), `${join(secret, 'objects')}\n`)
        await linkTo(join(home, 'list'), join(git, 'objects/info/alternates'))
      },
    ],
    ['objects', (git, secret) => linkTo(join(secret, 'objects'), join(git, 'objects'))],
    [
      'one-object',
      async (git, secret) => {
        const [start, end] = [secretHash().slice(0, 2), secretHash().slice(2)]
        await mkdir(join(git, 'objects', start), { recursive: true })
        await linkTo(join(secret, 'objects', start, end), join(git, 'objects', start, end))
      },
    ],
    ['packs', (git, secret) => linkTo(join(secret, 'objects/pack'), join(git, 'objects/pack'))],
    ['refs', (git, secret) => linkTo(join(secret, 'refs'), join(git, 'refs'))],
    ['packed-refs', (git, secret) => linkTo(join(secret, 'HEAD'), join(git, 'packed-refs'))],
    ['config', (git, secret) => linkTo(join(secret, 'config'), join(git, 'config'))],
    ['pipe-for-a-ref', async (git) => void execFileSync('mkfifo', [join(git, 'refs/heads/waiting')])],
    [
      'pipe-for-head',
      async (git) => {
        await rm(join(git, 'HEAD'))
        execFileSync('mkfifo', [join(git, 'HEAD')])
      },
    ],
  ])('cannot be borrowed from: %s', async (name, change) => {
    const folder = await changed(name, change)
    if (name !== 'refs') await writeFile(join(folder, '.git/refs/heads/theirs'), `${secretHash()}\n`)
    const log = gitLog({ roots: [root], allow: [], cacheDir })
    const reading = log(
      { repository: folder, ref: name === 'refs' ? 'main' : 'theirs', limit: 1 },
      AbortSignal.timeout(10_000),
    )
    await expect(reading).rejects.toMatchObject({ code: 'refused' })
  })

  test('cannot be borrowed from by what is borrowed from itself', async () => {
    const middle = await changed('middle', (git, secret) =>
      writeFile(join(git, 'objects/info/alternates'), `${join(secret, 'objects')}\n`),
    )
    const folder = await changed('chain', (git) =>
      writeFile(join(git, 'objects/info/alternates'), `${join(middle, '.git/objects')}\n`),
    )
    await expect(read(folder)).rejects.toMatchObject({ code: 'refused' })
  })

  test('a pipe where another folder is named does not hold up the process', async () => {
    const folder = await changed(
      'common-pipe',
      async (git) => void execFileSync('mkfifo', [join(git, 'commondir')]),
    )
    const reading = gitLog({ roots: [root], allow: [], cacheDir })({ repository: folder, limit: 1 }, never)
    expect(await reading).toHaveLength(1)
  })

  test('a folder in a repository is none itself', async () => {
    const folder = join(root, 'api', 'src')
    await mkdir(folder)
    await expect(read(folder)).rejects.toMatchObject({ code: 'refused' })
  })

  test('without roots, the setting is named', async () => {
    await expect(read(join(root, 'api'), {}, [])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('HUBS_GIT_ROOTS'),
    })
    await expect(read(join(root, 'api'), {}, [join(home, 'gone')])).rejects.toMatchObject({ code: 'refused' })
  })
})

test.each([
  ['-n5'],
  ['--output=/tmp/x'],
  ['main..old'],
  ['main:file'],
  ['main^'],
  ['main~1'],
  ['@{-1}'],
  ['a b'],
  ['a\nb'],
  ['+refs/heads/main:refs/heads/x'],
  [''],
  ['x'.repeat(201)],
])('refuses the ref %j', async (ref) => {
  await expect(read(join(root, 'api'), { ref })).rejects.toMatchObject({ code: 'refused' })
})

test.each([
  'http://github.com/acme/api',
  'git://github.com/acme/api',
  'ssh://github.com/acme/api',
  'git@github.com:acme/api',
  'file:///etc',
  'ext::sh -c id',
  'api',
  '',
  '--upload-pack=id',
  'https://me:secret@github.com/acme/api',
  'https://me@github.com/acme/api',
])('refuses the repository %j', async (repository) => {
  await expect(read(repository)).rejects.toMatchObject({ code: 'refused' })
})

test('any repository and ref are read or refused in words', async () => {
  const log = gitLog({ roots: [root], allow: [], cacheDir, lookup: async () => [{ address: '10.0.0.1' }] })
  const name = fc.oneof(
    fc.string({ unit: 'binary', size: 'max', maxLength: 300 }),
    fc.constantFrom('main', '.', '..', '-'),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', 'https://', `${root}/`, `${root}/api`),
      name,
      name,
      async (start, rest, ref) => {
        const outcome = await log({ repository: start + rest, ref, limit: 1 }, never).catch(
          (error: unknown) => error,
        )
        expect(Array.isArray(outcome) || outcome instanceof LoadFailure, String(outcome)).toBe(true)
      },
    ),
    { numRuns: 200, examples: [[`${root}/api`, '', 'main']] },
  )
})

test.each([
  ['git version 2.37.0\n', true],
  ['git version 2.39.5 (Apple Git-154)\n', true],
  ['git version 3.0.0.rc1\n', true],
  ['git version 2.36.9\n', false],
  ['git version 1.99.0\n', false],
  ['', false],
])('%j can be told which address to use: %j', (version, can) => {
  expect(canPin(version)).toBe(can)
})

test('a log is parsed whole, and what was cut off is left out', () => {
  expect(parseLog('')).toEqual([])
  expect(parseLog('a\0b\x001\0c\0d\0e')).toEqual([{ hash: 'a', author: 'b', time: 1000, subject: 'c' }])
})

describe('a repository on the web', () => {
  let server: GitServer
  let caFile: string
  let address: string
  beforeAll(async () => {
    server = await startGitServer(root, 'git.example')
    caFile = join(home, 'ca.pem')
    await writeFile(caFile, server.cert)
    address = `https://127.0.0.1:${server.port}`
  })
  afterAll(() => server.close())
  afterEach(async () => {
    server.before = () => false
    server.requests.length = 0
    expect(await readdir(cacheDir).catch(() => [])).toEqual([])
  })

  const fetched = async (
    repository: string,
    {
      allow = ['127.0.0.1/32'],
      signal = never,
      ...query
    }: { allow?: string[]; signal?: AbortSignal; ref?: string; limit?: number } = {},
    lookup?: (host: string) => Promise<{ address: string }[]>,
  ) =>
    await gitLog({ roots: [], allow, cacheDir, caFile, ...(lookup ? { lookup } : {}) })(
      { repository, limit: 2, ...query },
      signal,
    )

  test('is fetched and read, and nothing is left behind', async () => {
    const local = await read(join(root, 'api'), { limit: 2 })
    expect(await fetched(`${address}/bare.git`)).toEqual(local)
    expect(await fetched(`${address}/api/.git`, { ref: 'v1' })).toMatchObject([{ subject: 'First' }])
    expect(await fetched(`${address}/bare.git`, { ref: 'old', limit: 1 })).toHaveLength(1)
  })

  test('is fetched without trees and files', async () => {
    const folder = repository(join(root, 'files'), 'Begin')
    await writeFile(
      join(folder, 'large'),
      Buffer.alloc(300_000, 'x').map((_, index) => (index * 7919) % 251),
    )
    git(folder, 'config', 'uploadpack.allowFilter', 'true')
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'A large file')
    let bytes = 0
    server.before = (_, response) => {
      const write = response.write.bind(response)
      response.write = (chunk: Buffer) => {
        bytes += chunk.length
        return write(chunk)
      }
      return false
    }
    expect(await fetched(`${address}/files/.git`)).toHaveLength(2)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(5000)
  })

  test('connects only where it may, to the address that was judged', async () => {
    const url = `https://git.example:${server.port}/bare.git`
    expect(
      await fetched(url, {}, async () => [{ address: '10.1.2.3' }, { address: '127.0.0.1' }]),
    ).toHaveLength(2)
    server.requests.length = 0
    for (const lookup of [async () => [{ address: '10.1.2.3' }], async () => []]) {
      await expect(fetched(url, {}, lookup)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('HUBS_FETCH_ALLOW'),
      })
    }
    await expect(fetched(`${address}/bare.git`, { allow: [] })).rejects.toMatchObject({ code: 'refused' })
    await expect(fetched(`https://[::1]:${server.port}/bare.git`)).rejects.toMatchObject({ code: 'refused' })
    await expect(fetched(url, {}, async () => Promise.reject(new Error('ENOTFOUND')))).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('git.example'),
    })
    expect(server.requests).toEqual([])
  })

  test('is not followed elsewhere', async () => {
    server.before = ({ url }, response) => {
      response.writeHead(302, { location: url?.replace('bare.git', 'api/.git') }).end()
      return true
    }
    await expect(fetched(`${address}/bare.git`)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('has moved'),
    })
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    [404, 'does not exist or is private'],
    [401, 'does not exist or is private'],
    [403, 'does not exist or is private'],
    [429, 'fewer requests'],
    [500, 'git cannot read'],
  ])('answered with %d, it fails in words', async (status, words) => {
    server.before = (_, response) => {
      response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end('no')
      return true
    }
    await expect(fetched(`${address}/bare.git`)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining(words),
    })
  })

  test('that is no repository, or has no such branch, or nobody answers', async () => {
    server.before = ({ url }, response) => {
      if (url?.startsWith('/page') === true) response.writeHead(200).end('<html>\n</html>\n')
      return url?.startsWith('/page') === true
    }
    await expect(fetched(`${address}/page`)).rejects.toMatchObject({
      message: expect.stringContaining('no git repository'),
    })
    await expect(fetched(`${address}/bare.git`, { ref: 'gone' })).rejects.toMatchObject({
      message: `127.0.0.1:${server.port}/bare.git has no branch or tag gone.`,
    })
    await expect(fetched('https://127.0.0.1:1/bare.git')).rejects.toMatchObject({
      message: '127.0.0.1:1 cannot be reached.',
    })
  })

  test('that would fill the memory is given up', { timeout: 120_000 }, async () => {
    await expect(fetched(`${address}/bomb/.git`, { ref: 'bomb' })).rejects.toMatchObject({
      message: 'The repository holds something that is too large for git to read here.',
    })
  })

  const line = (text: string | Buffer) => {
    const body = Buffer.from(text)
    return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body])
  }
  const noise = Buffer.alloc(60_000, 'x').map((_, index) => (index * 7919) % 251)
  const packed = line('packfile\n')
  test.each([
    [
      'branches',
      1,
      'application/x-git-upload-pack-result',
      line(`${'1'.repeat(40)} refs/heads/${'b'.repeat(200)}\n`),
      [],
    ],
    [
      'words',
      2,
      'application/x-git-upload-pack-result',
      line(`\x02${'Counting objects. '.repeat(50)}\n`),
      [packed],
    ],
    [
      'commits',
      2,
      'application/x-git-upload-pack-result',
      line(Buffer.concat([Buffer.from([1, 0, 0x60, 0xea, 0x9f, 0x15]), noise])),
      // A pack of one file of some gigabytes, in blocks that are not compressed.
      [packed, line(Buffer.from('\x01PACK\0\0\0\x02\0\0\0\x01\xbf\xff\xff\xff\xff\x7f\x78\x01', 'latin1'))],
    ],
    [
      'capabilities',
      0,
      'application/x-git-upload-pack-advertisement',
      line(`${'c'.repeat(900)}\n`),
      [line('# service=git-upload-pack\n'), Buffer.from('0000'), line('version 2\n')],
    ],
  ])(
    'whose server never ends its %s is given up',
    { timeout: 120_000 },
    async (_, after, type, endless, begin) => {
      let sent = 0
      server.before = (request, response) => {
        if (server.requests.length <= after) return false
        request.resume()
        response.writeHead(200, { 'content-type': type })
        for (const part of begin) response.write(part)
        const block = Buffer.concat(Array.from({ length: Math.ceil(64_000 / endless.length) }, () => endless))
        const more = () => {
          if (response.destroyed) return
          sent += block.length
          if (response.write(block)) setImmediate(more)
          else response.once('drain', more)
        }
        more()
        return true
      }
      await expect(fetched(`${address}/bare.git`)).rejects.toMatchObject({ code: 'upstream' })
      expect(sent).toBeGreaterThan(500_000)
    },
  )

  test('whose address has a password in its query does not show it', async () => {
    const failure = await fetched(`${address}/gone?private_token=hush`).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'upstream', cause: { message: expect.stringContaining('gone?…') } })
    expect(inspect(failure, { depth: 9 })).not.toContain('hush')
  })

  test('without commits has none', async () => {
    expect(await fetched(`${address}/empty/.git`)).toEqual([])
  })

  test('whose certificate nobody vouches for is not trusted', async () => {
    const log = gitLog({ roots: [], allow: ['127.0.0.1/32'], cacheDir })
    await expect(log({ repository: `${address}/bare.git`, limit: 1 }, never)).rejects.toMatchObject({
      message: `The certificate of 127.0.0.1:${server.port} is not trusted.`,
    })
  })

  test('whose name takes too long to find is not waited for', async () => {
    const ending = new AbortController()
    const lookup = async () => {
      ending.abort(new Error('given up'))
      return await new Promise<never>(() => {})
    }
    await expect(
      fetched(`${address.replace('127.0.0.1', 'git.example')}/bare.git`, { signal: ending.signal }, lookup),
    ).rejects.toThrow('given up')
  })

  test('ends at once, with all that git started, when it is given up', async () => {
    const ending = new AbortController()
    const closed = new Promise((resolve) => {
      server.before = (request) => {
        request.socket.once('close', resolve)
        ending.abort(new Error('given up'))
        return true
      }
    })
    await expect(fetched(`${address}/bare.git`, { signal: ending.signal })).rejects.toThrow('given up')
    await closed
    await expect(fetched(`${address}/bare.git`, { signal: ending.signal })).rejects.toThrow('given up')
  })
})
