import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inflated } from './inflated.ts'
import { ProblemError } from './problem.ts'

const text = '{"n":1}'
const packed = gzipSync(text)

test.each([undefined, '', 'identity', ' Identity '])(
  'what is not packed stays as it is: %s',
  async (name) => {
    expect((await inflated(Buffer.from(text), name, 10))?.toString()).toBe(text)
  },
)

test.each(['gzip', 'GZIP', 'x-gzip'])('%s is unpacked', async (name) => {
  expect((await inflated(packed, name, text.length))?.toString()).toBe(text)
})

test('what unpacks to more than it may is not made', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  expect(bomb.length).toBeLessThan(100_000)
  expect(await inflated(bomb, 'gzip', 1024 * 1024)).toBeUndefined()
  expect(await inflated(packed, 'gzip', text.length - 1)).toBeUndefined()
})

test('no more is made than there is room for', async () => {
  const full = new ProblemError(503, 'There is no room.')
  const lengths: number[] = []
  const admit = (length: number) => {
    lengths.push(length)
    if (length > 1024 * 1024) throw full
  }
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  await expect(inflated(bomb, 'gzip', 64 * 1024 * 1024, admit)).rejects.toBe(full)
  expect(lengths.at(-1)).toBeLessThan(1.1 * 1024 * 1024)
})

test.each([
  ['br', Buffer.from(text), 415],
  ['gzip, gzip', packed, 415],
  ['gzip', Buffer.from(text), 400],
  ['gzip', packed.subarray(0, -4), 400],
])('refused: %s', async (name, body, status) => {
  await expect(inflated(body, name, 1024)).rejects.toMatchObject({ problem: { status } })
})
