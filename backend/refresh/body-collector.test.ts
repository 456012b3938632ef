import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bodyCollector, TooLong } from './body-collector.ts'

const text = 'words of a body '.repeat(2_000)

function collected(encoding: string, bytes: Buffer, maxBytes = 100_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const collector = bodyCollector(encoding, maxBytes, {
      whole: (body) => resolve(body.toString()),
      failed: reject,
    })
    for (let at = 0; at < bytes.length; at += 1_000) collector.add(bytes.subarray(at, at + 1_000))
    collector.end()
  })
}

test.each([
  ['', Buffer.from(text)],
  ['identity', Buffer.from(text)],
  ['gzip', gzipSync(text)],
  ['X-GZIP', gzipSync(text)],
  ['deflate', deflateSync(text)],
  ['deflate', deflateRawSync(text)],
  ['br', brotliCompressSync(text)],
  ['gzip, br', brotliCompressSync(gzipSync(text))],
])('a body encoded as %j is read', async (encoding, bytes) => {
  expect(await collected(encoding, bytes)).toBe(text)
})

test('one that breaks off is read as far as it goes', async () => {
  const whole = gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, n) => `${n * 7_919} `).join('')))
  const read = await collected('gzip', whole.subarray(0, whole.length / 2), 1_000_000)
  expect(read).toMatch(/^0 7919 15838 /)
})

test.each([
  ['', Buffer.alloc(100_001)],
  ['gzip', gzipSync(Buffer.alloc(100_001))],
  ['br', brotliCompressSync(Buffer.alloc(10_000_000))],
])('one of %j that is too long is refused', async (encoding, bytes) => {
  await expect(collected(encoding, bytes)).rejects.toBeInstanceOf(TooLong)
})

test('what is not encoded as it says fails', async () => {
  await expect(collected('gzip', Buffer.from('<html>'))).rejects.toThrow('incorrect header check')
})
