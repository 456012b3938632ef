import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { bombRepository } from './git-home.fixtures.ts'
import { serveGitHome } from './git-web.fixtures.ts'

// A repository on the web that is not read to its end.
const { root, server, address, fetched, calm, remove } = await serveGitHome()
afterAll(remove)
afterEach(calm)

test('that would fill the memory is given up', { timeout: 120_000 }, async () => {
  await bombRepository(join(root, 'bomb'))
  await expect(fetched(`${address}/bomb/.git`, { ref: 'bomb' })).rejects.toMatchObject({
    message: 'The repository holds something that is too large for git to read here.',
  })
})

const line = (text: string | Buffer) => {
  const body = Buffer.from(text)
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body])
}
const noise = Buffer.alloc(60_000, 'x').map((_, index) => (index * 7919) % 251)
const packed = line('packfile\n')
test.each([
  [
    'branches',
    1,
    'application/x-git-upload-pack-result',
    line(`${'1'.repeat(40)} refs/heads/${'b'.repeat(200)}\n`),
    [],
  ],
  [
    'words',
    2,
    'application/x-git-upload-pack-result',
    line(`\x02${'Counting objects. '.repeat(50)}\n`),
    [packed],
  ],
  [
    'commits',
    2,
    'application/x-git-upload-pack-result',
    line(Buffer.concat([Buffer.from([1, 0, 0x60, 0xea, 0x9f, 0x15]), noise])),
    // A pack of one file of some gigabytes, in blocks that are not compressed.
    [packed, line(Buffer.from('\x01PACK\0\0\0\x02\0\0\0\x01\xbf\xff\xff\xff\xff\x7f\x78\x01', 'latin1'))],
  ],
  [
    'capabilities',
    0,
    'application/x-git-upload-pack-advertisement',
    line(`${'c'.repeat(900)}\n`),
    [line('# service=git-upload-pack\n'), Buffer.from('0000'), line('version 2\n')],
  ],
])(
  'whose server never ends its %s is given up',
  { timeout: 120_000 },
  async (_, after, type, endless, begin) => {
    let sent = 0
    server.before = (request, response) => {
      if (server.requests.length <= after) return false
      request.resume()
      response.writeHead(200, { 'content-type': type })
      for (const part of begin) response.write(part)
      const block = Buffer.concat(Array.from({ length: Math.ceil(64_000 / endless.length) }, () => endless))
      const more = () => {
        if (response.destroyed) return
        sent += block.length
        if (response.write(block)) setImmediate(more)
        else response.once('drain', more)
      }
      more()
      return true
    }
    await expect(fetched(`${address}/bare.git`)).rejects.toMatchObject({ code: 'upstream' })
    expect(sent).toBeGreaterThan(500_000)
  },
)

test('whose name takes too long to find is not waited for', async () => {
  const ending = new AbortController()
  const lookup = async () => {
    ending.abort(new Error('given up'))
    return await new Promise<never>(() => {})
  }
  await expect(
    fetched(`${address.replace('127.0.0.1', 'git.example')}/bare.git`, { signal: ending.signal }, lookup),
  ).rejects.toThrow('given up')
})

test('ends at once, with all that git started, when it is given up', async () => {
  const ending = new AbortController()
  const closed = new Promise((resolve) => {
    server.before = (request) => {
      request.socket.once('close', resolve)
      ending.abort(new Error('given up'))
      return true
    }
  })
  await expect(fetched(`${address}/bare.git`, { signal: ending.signal })).rejects.toThrow('given up')
  await closed
  await expect(fetched(`${address}/bare.git`, { signal: ending.signal })).rejects.toThrow('given up')
})
