import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askControl, ControlError } from './control-socket.ts'
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
