import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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
