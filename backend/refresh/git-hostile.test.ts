import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { bombRepository, env, git, makeGitHome, repository } from './git-home.fixtures.ts'
import { gitLog } from './git-log.ts'

const { home, root, cacheDir, read, subjects, remove } = await makeGitHome()
afterAll(remove)

describe('a repository below a root that its owner made to do harm', () => {
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
    const folder = await bombRepository(join(root, 'bomb'))
    await expect(read(folder, { ref: 'bomb' })).rejects.toMatchObject({
      code: 'upstream',
      message: 'The repository holds something that is too large for git to read here.',
    })
    expect(await subjects(folder)).toEqual(['Small'])
  })
})
