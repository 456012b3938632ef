import { execFileSync } from 'node:child_process'
import { chown, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { LoadFailure } from '#widgets/define.ts'
import { canPin } from './git-fetch.ts'
import { begin, env, git, makeGitHome, never, repository } from './git-home.fixtures.ts'
import { gitLog, parseLog } from './git-log.ts'

const { home, root, cacheDir, read, subjects, remove } = await makeGitHome()
afterAll(remove)

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
