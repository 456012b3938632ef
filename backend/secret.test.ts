import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findSecret, readSecret } from './secret.ts'

const folder = () => mkdtemp(join(tmpdir(), 'hubs-secret-'))

test('a secret is made once and kept', async () => {
  const dataDir = await folder()
  expect(await readSecret(undefined, dataDir)).toBeUndefined()
  const made = await findSecret(undefined, dataDir)
  expect(made.length).toBeGreaterThanOrEqual(32)
  expect(await findSecret(undefined, dataDir)).toBe(made)
  expect(await findSecret('given', dataDir)).toBe('given')
  expect(await readFile(join(dataDir, 'secret'), 'utf8')).toBe(`${made}\n`)
})

test('an empty file is not taken for a secret', async () => {
  const dataDir = await folder()
  await writeFile(join(dataDir, 'secret'), '\n')
  await expect(findSecret(undefined, dataDir)).rejects.toThrow('holds no secret')
})

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'a full disk is told as such, and leaves no half of a secret',
  async ({ skip }) => {
    const dataDir = await folder()
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'hubs-test', dataDir])
    if (status !== 0) return skip('only who may mount a file system can have a small one')
    onTestFinished(() => void spawnSync('umount', ['-l', dataDir]))
    await writeFile(join(dataDir, 'fill'), Buffer.alloc(4096))
    await expect(findSecret(undefined, dataDir)).rejects.toThrow(
      `There is no room on the disk of HUBS_DATA (${dataDir}).`,
    )
    expect(await readdir(dataDir)).toEqual(['fill'])
  },
)
