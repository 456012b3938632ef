import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askControl, ControlError, listenAt } from './control-socket.ts'
import { controlPath, holdDataFolder } from './data-folder.ts'

let parent: string
let dataDir: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hubs-data-'))
  dataDir = join(parent, 'data')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

const holding = `
  import { holdDataFolder } from ${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)}
  const folder = await holdDataFolder(process.argv.at(-1))
  await folder.serve(async () => 'here')
  process.stdout.write('held')
  setInterval(() => {}, 60_000)
`

const releasing = `
  import { holdDataFolder } from ${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)}
  // Only now: what is imported may be for root alone to read.
  process.setgroups([])
  process.setgid(65534)
  process.setuid(65534)
  const folder = await holdDataFolder(process.argv.at(-1))
  await folder.release()
  process.stdout.write('held')
`

/** Another process, which holds the folder and says so, or fails and says why. */
function another() {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', holding, dataDir],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const said = Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]).then(String)
  return { child, said }
}

test('a second holder is refused with the first one’s process id, until it lets go', {
  timeout: 60_000,
}, async () => {
  const folder = await holdDataFolder(dataDir)
  await expect(holdDataFolder(dataDir)).rejects.toMatchObject({
    code: 'data-folder-taken',
    message: expect.stringContaining(`in use by the process ${process.pid}`),
  })
  await folder.release()
  const next = await holdDataFolder(dataDir)
  await next.release()
  expect(await readdir(dataDir)).toEqual([])
})

test('the folder and its sockets are for this user alone', async () => {
  const folder = await holdDataFolder(dataDir)
  await folder.serve(async () => null)
  expect((await stat(dataDir)).mode & 0o077).toBe(0)
  for (const name of await readdir(dataDir)) expect((await stat(join(dataDir, name))).mode & 0o077).toBe(0)
  await folder.release()
})

describe('of a folder that was there', () => {
  const modes = async () => {
    const names = await readdir(dataDir, { recursive: true })
    return Promise.all(
      names.map(async (name) => ((await stat(join(dataDir, name))).mode & 0o777).toString(8)),
    )
  }

  test.each([0o755, 0o750, 0o711, 0o777, 0o1777])(
    'others who may enter it (%o) refuse it, with the command',
    async (mode) => {
      await mkdir(dataDir)
      await chmod(dataDir, mode)
      await expect(holdDataFolder(dataDir)).rejects.toThrow(`Run: chmod 700 ${dataDir}.`)
      expect(await readdir(dataDir)).toEqual([])
      await chmod(dataDir, 0o700)
      await (await holdDataFolder(dataDir)).release()
    },
  )

  test('what is in it is taken from others, and what a link leads to is not touched', async () => {
    await mkdir(join(dataDir, 'database', 'base'), { recursive: true, mode: 0o777 })
    await chmod(dataDir, 0o700)
    const outside = join(parent, 'outside')
    for (const path of [join(dataDir, 'secret'), join(dataDir, 'database', 'base', '1'), outside]) {
      await writeFile(path, '')
      await chmod(path, 0o666)
    }
    await symlink(outside, join(dataDir, 'database', 'base', 'link'))
    const folder = await holdDataFolder(dataDir)
    await unlink(join(dataDir, 'database', 'base', 'link'))
    for (const mode of await modes()) expect(mode).toMatch(/00$/)
    expect((await stat(outside)).mode & 0o777).toBe(0o666)
    await folder.release()
  })

  test.runIf(process.getuid?.() === 0)(
    'another user’s is refused, and one that root shares by a group is not',
    async () => {
      await mkdir(dataDir)
      await chmod(parent, 0o755)
      const asUser = () =>
        spawnSync(
          process.execPath,
          ['--import', 'tsx', '--input-type=module', '--eval', releasing, dataDir],
          {
            encoding: 'utf8',
          },
        )
      await chown(dataDir, 1, 65_534)
      await chmod(dataDir, 0o770)
      expect(asUser().stderr).toContain(`belongs to another user (1, this is 65534)`)
      await chown(dataDir, 0, 65_534)
      await chmod(dataDir, 0o2775)
      expect(asUser().stderr).toContain('set HUBS_DATA to a folder below it')
      await chmod(dataDir, 0o2770)
      expect(asUser()).toMatchObject({ stdout: 'held', stderr: '' })
    },
    60_000,
  )
})

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'a file system without sockets is told with what to do',
  async () => {
    // The kernel's own file system has none.
    await expect(listenAt('/sys/x.sock', () => {})).rejects.toThrow('(/sys) allows no sockets')
    await expect(listenAt('/sys/x.sock', () => {})).rejects.toThrow('or give the container a named volume.')
  },
)

test('what a killed process leaves behind is taken over, its control socket too', async () => {
  const { child, said } = another()
  expect(await said).toBe('held')
  expect(await askControl(controlPath(dataDir), {})).toEqual({ result: 'here' })
  await expect(holdDataFolder(dataDir)).rejects.toMatchObject({ code: 'data-folder-taken' })
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(await readdir(dataDir)).toContain('control.sock')
  expect(await askControl(controlPath(dataDir), {})).toBeUndefined()

  const folder = await holdDataFolder(dataDir)
  await folder.serve(async () => 'mine')
  expect(await askControl(controlPath(dataDir), {})).toEqual({ result: 'mine' })
  await folder.release()
}, 60_000)

test('of processes that start together, also over a dead one’s leftovers, never two hold it', async () => {
  const dead = another()
  await dead.said
  dead.child.kill('SIGKILL')
  await once(dead.child, 'close')
  const processes = [another(), another(), another()]
  const words = await Promise.all(processes.map(({ said }) => said))
  expect(words.filter((word) => word === 'held').length).toBeLessThanOrEqual(1)
  for (const { child } of processes) child.kill('SIGKILL')
}, 60_000)

test('of many that want it at once, never two hold it, round after round', async () => {
  for (let round = 0; round < 5; round++) {
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => holdDataFolder(dataDir)))
    const folders = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(folders.length).toBeLessThanOrEqual(1)
    for (const folder of folders) await folder.release()
  }
}, 60_000)

test('one that was released removes nothing of the next', async () => {
  const first = await holdDataFolder(dataDir)
  await first.serve(async () => 'first')
  await first.release()
  const second = await holdDataFolder(dataDir)
  await second.serve(async () => 'second')
  expect(await askControl(controlPath(dataDir), {})).toEqual({ result: 'second' })
  await second.release()
})

test('a path too long for a socket, or a file in the place, is told plainly', async () => {
  await expect(holdDataFolder(join(parent, 'x'.repeat(120)))).rejects.toThrow('choose a shorter HUBS_DATA')
  await writeFile(join(parent, 'file'), '')
  await expect(holdDataFolder(join(parent, 'file'))).rejects.toThrow('EEXIST')
})

test('requests of any size are answered, refusals with their code and errors', async () => {
  const folder = await holdDataFolder(dataDir)
  await folder.serve(async (request) => {
    if (request === 'refuse') throw Object.assign(new Error('no'), { code: 'x', errors: [{ field: '/a' }] })
    return request
  })
  const path = controlPath(dataDir)
  const large = { text: 'é\n'.repeat(500_000) }
  expect(await askControl(path, large)).toEqual({ result: large })
  const refusal = await askControl(path, 'refuse').catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ControlError)
  expect(refusal).toMatchObject({ message: 'no', code: 'x', errors: [{ field: '/a' }] })
  await folder.release()
})

test.skipIf(process.platform !== 'linux')(
  'a folder that cannot be made is told in a sentence, and not tried for ever',
  async () => {
    for (const folder of ['/proc/hubs', '/proc/hubs/data'])
      await expect(holdDataFolder(folder)).rejects.toThrow(
        /^HUBS_DATA \(\/proc\/hubs.* cannot be made \(ENOENT.*\. Set it to/,
      )
  },
)

test('a folder below a file is told in a sentence', async () => {
  await writeFile(join(parent, 'file'), '')
  await expect(holdDataFolder(join(parent, 'file', 'data'))).rejects.toThrow(
    /^HUBS_DATA \(.*file\/data\) cannot be made \(EEXIST/,
  )
})

test('the folders above are made, for this user alone', async () => {
  dataDir = join(parent, 'a', 'b')
  const folder = await holdDataFolder(dataDir)
  for (const made of [join(parent, 'a'), dataDir]) expect((await stat(made)).mode & 0o777).toBe(0o700)
  await folder.release()
})
