import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bodyCollector, TooLong } from './body-collector.ts'
import { explainFetchError } from './fetch-error.ts'

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

test.each([
  ['gzip', gzipSync(text)],
  ['deflate', deflateSync(text)],
  ['deflate', deflateRawSync(text)],
  ['br', brotliCompressSync(text)],
  ['gzip, br', brotliCompressSync(gzipSync(text).subarray(0, -9))],
])('one of %j that breaks off is no answer, however far it goes', async (encoding, bytes) => {
  const cut = encoding === 'gzip, br' ? bytes : bytes.subarray(0, -9)
  const failure = collected(encoding, cut).catch((error) => explainFetchError(error, 'ci.test').message)
  expect(await failure).toBe('ci.test broke the answer off.')
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
