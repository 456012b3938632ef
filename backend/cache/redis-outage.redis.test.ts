import { expect, test } from 'vitest'
import { eachWithRedis, epochsOf } from './redis-server.fixtures.ts'

const own = eachWithRedis()
const away = { code: 'cache-away' }

test('a restart without data: verbs reject at once while it is away, then go on in a new epoch', async () => {
  await own.load('k', '1')
  const before = (await own.cache.read([])).cursor
  const { seen, keys } = own.following(before)
  const wakes = own.cache.wakes(own.signal)[Symbol.asyncIterator]()
  await wakes.next()
  await own.server.kill()
  await expect
    .poll(() =>
      own.cache.read([]).then(
        () => 'here',
        (error) => error.code,
      ),
    )
    .toBe('cache-away')
  await expect(own.cache.invalidate([{ key: 'k' }])).rejects.toMatchObject(away)
  await expect(
    own.cache.commit('k', 't', { data: '1', hash: '1', empty: false, dueAt: 0 }),
  ).rejects.toMatchObject(away)
  const back = wakes.next()
  await own.server.restart()
  await expect
    .poll(() => own.cache.read(['k']).catch(() => undefined))
    .toMatchObject({
      entries: [{ hasData: false }],
    })
  await expect.poll(() => epochsOf(seen).length).toBe(1)
  expect(epochsOf(seen)[0]).toBeGreaterThan(before.epoch)
  await own.load('again', '1')
  await expect.poll(keys).toEqual(['again'])
  expect((await back).done).toBe(false)
  await wakes.return?.()
})

test('a server that stops answering counts as away, and is found again', async () => {
  own.server.pause()
  await expect(own.cache.read([])).rejects.toMatchObject(away)
  own.server.resume()
  await expect
    .poll(
      () =>
        own.cache.read([]).then(
          () => 'here',
          () => 'away',
        ),
      { timeout: 10_000 },
    )
    .toBe('here')
})

test('it opens while the server is away, and begins when it comes', async () => {
  await own.server.kill()
  const early = await own.open()
  await expect(early.read([])).rejects.toMatchObject(away)
  const { keys } = own.following(undefined, early)
  await own.server.restart()
  await expect
    .poll(() =>
      early.read([]).then(
        () => 'here',
        () => 'away',
      ),
    )
    .toBe('here')
  await expect
    .poll(async () => {
      await early.pulse('p', 1, 1000)
      return keys()
    })
    .toContain('pulse')
})

test('the tail survives the end of its connection without losing an entry', async () => {
  const { cursor } = await own.cache.read([])
  const { keys } = own.following(cursor)
  const sent: string[] = []
  for (let n = 0; n < 20; n++) {
    if (n % 5 === 0) {
      await own.redis(async (client) => {
        const clients = String(await client.client('LIST')).split('\n')
        const tails = clients
          .filter((line) => line.includes('cmd=xread'))
          .map((line) => /id=(\d+)/.exec(line)?.[1] ?? '')
        for (const id of tails) await client.client('KILL', 'ID', id)
      })
    }
    sent.push(`k${n}`)
    await own.load(`k${n}`, '1')
  }
  await expect.poll(keys).toEqual(sent)
})
