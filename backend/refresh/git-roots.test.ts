import { execFileSync } from 'node:child_process'
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { git, makeGitHome, never } from './git-home.fixtures.ts'
import { gitLog } from './git-log.ts'

// What is not below a root.
const { home, root, outside, cacheDir, read, remove } = await makeGitHome()
afterAll(remove)

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
