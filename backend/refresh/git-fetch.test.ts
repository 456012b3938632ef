import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, expect, test } from 'vitest'
import { git, never, repository } from './git-home.fixtures.ts'
import { gitLog } from './git-log.ts'
import { serveGitHome } from './git-web.fixtures.ts'

// A repository on the web.
const { root, cacheDir, read, server, address, fetched, calm, remove } = await serveGitHome()
afterAll(remove)
afterEach(calm)

test('is fetched and read, and nothing is left behind', async () => {
  const local = await read(join(root, 'api'), { limit: 2 })
  expect(await fetched(`${address}/bare.git`)).toEqual(local)
  expect(await fetched(`${address}/api/.git`, { ref: 'v1' })).toMatchObject([{ subject: 'First' }])
  expect(await fetched(`${address}/bare.git`, { ref: 'old', limit: 1 })).toHaveLength(1)
})

test('is fetched without trees and files', async () => {
  const folder = repository(join(root, 'files'), 'Begin')
  await writeFile(
    join(folder, 'large'),
    Buffer.alloc(300_000, 'x').map((_, index) => (index * 7919) % 251),
  )
  git(folder, 'config', 'uploadpack.allowFilter', 'true')
  git(folder, 'add', '.')
  git(folder, 'commit', '-q', '-m', 'A large file')
  let bytes = 0
  server.before = (_, response) => {
    const write = response.write.bind(response)
    response.write = (chunk: Buffer) => {
      bytes += chunk.length
      return write(chunk)
    }
    return false
  }
  expect(await fetched(`${address}/files/.git`)).toHaveLength(2)
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(5000)
})

test('connects only where it may, to the address that was judged', async () => {
  const url = `https://git.example:${server.port}/bare.git`
  expect(
    await fetched(url, {}, async () => [{ address: '10.1.2.3' }, { address: '127.0.0.1' }]),
  ).toHaveLength(2)
  server.requests.length = 0
  for (const lookup of [async () => [{ address: '10.1.2.3' }], async () => []]) {
    await expect(fetched(url, {}, lookup)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('HUBS_FETCH_ALLOW'),
    })
  }
  await expect(fetched(`${address}/bare.git`, { allow: [] })).rejects.toMatchObject({ code: 'refused' })
  await expect(fetched(`https://[::1]:${server.port}/bare.git`)).rejects.toMatchObject({ code: 'refused' })
  await expect(fetched(url, {}, async () => Promise.reject(new Error('ENOTFOUND')))).rejects.toMatchObject({
    code: 'upstream',
    message: expect.stringContaining('git.example'),
  })
  expect(server.requests).toEqual([])
})

test('is not followed elsewhere', async () => {
  server.before = ({ url }, response) => {
    response.writeHead(302, { location: url?.replace('bare.git', 'api/.git') }).end()
    return true
  }
  await expect(fetched(`${address}/bare.git`)).rejects.toMatchObject({
    code: 'upstream',
    message: expect.stringContaining('has moved'),
  })
  expect(server.requests).toHaveLength(1)
})

test.each([
  [404, 'does not exist or is private'],
  [401, 'does not exist or is private'],
  [403, 'does not exist or is private'],
  [429, 'fewer requests'],
  [500, 'git cannot read'],
])('answered with %d, it fails in words', async (status, words) => {
  server.before = (_, response) => {
    response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end('no')
    return true
  }
  await expect(fetched(`${address}/bare.git`)).rejects.toMatchObject({
    code: 'upstream',
    message: expect.stringContaining(words),
  })
})

test('that is no repository, or has no such branch, or nobody answers', async () => {
  server.before = ({ url }, response) => {
    if (url?.startsWith('/page') === true) response.writeHead(200).end('<html>\n</html>\n')
    return url?.startsWith('/page') === true
  }
  await expect(fetched(`${address}/page`)).rejects.toMatchObject({
    message: expect.stringContaining('no git repository'),
  })
  await expect(fetched(`${address}/bare.git`, { ref: 'gone' })).rejects.toMatchObject({
    message: `127.0.0.1:${server.port}/bare.git has no branch or tag gone.`,
  })
  await expect(fetched('https://127.0.0.1:1/bare.git')).rejects.toMatchObject({
    message: '127.0.0.1:1 cannot be reached.',
  })
})

test('whose address has a password in its query does not show it', async () => {
  const failure = await fetched(`${address}/gone?private_token=hush`).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'upstream', cause: { message: expect.stringContaining('gone?…') } })
  expect(inspect(failure, { depth: 9 })).not.toContain('hush')
})

test('without commits has none', async () => {
  expect(await fetched(`${address}/empty/.git`)).toEqual([])
})

test('whose certificate nobody vouches for is not trusted', async () => {
  const log = gitLog({ roots: [], allow: ['127.0.0.1/32'], cacheDir })
  await expect(log({ repository: `${address}/bare.git`, limit: 1 }, never)).rejects.toMatchObject({
    message: `The certificate of 127.0.0.1:${server.port} is not trusted.`,
  })
})
