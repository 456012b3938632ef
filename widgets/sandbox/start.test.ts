import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { partyOf } from '../kit/party.ts'
import { markdown } from '../notes/markdown.ts'
import { childFile } from './child-file.ts'
import { inSandbox } from './sandbox.ts'

vi.mock(import('./child-file.ts'), async (original) => ({ childFile: vi.fn((await original()).childFile) }))

const folder = mkdtempSync(join(tmpdir(), 'hubs-sandbox-'))
const silent = join(folder, 'silent.js')
writeFileSync(silent, 'setInterval(() => {}, 1_000)')
afterAll(() => rmSync(folder, { recursive: true }))

const running = () => execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).includes(silent)

test('a process that never says it has started is ended, in words, and the next job gets another', async () => {
  vi.mocked(childFile).mockResolvedValueOnce(silent)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const asked = {
    ...{ party: partyOf('a test'), purpose: 'a test', tooMuch: 'Too much.' },
    signal: new AbortController().signal,
  }
  const waits = expect(inSandbox('markdown', 'a', asked)).rejects.toMatchObject({
    code: 'upstream',
    message: 'The process that reads this could not be started. It is tried again.',
  })
  await expect.poll(running).toBe(true)
  vi.advanceTimersByTime(60_000)
  await waits
  vi.useRealTimers()
  await expect.poll(running).toBe(false)
  expect(await inSandbox('markdown', 'a', asked)).toEqual(await markdown('a'))
})
