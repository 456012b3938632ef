import { expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import { hubMemory } from '../hubs/hub-memory.ts'
import { placer } from '../hubs/placed.ts'
import { at, typeOf } from '../hubs/types.fixtures.ts'
import { followLiveness } from '../stream/liveness.ts'
import { openSnapshots } from '../stream/snapshots.ts'
import { pageServices } from './page-services.ts'

/** The services of pages, with a daemon that was last heard of `ago` ms ago. */
async function heard(ago: number) {
  const cache = memoryCache()
  const through = Date.now() - ago
  await cache.pulse('daemon', through, 5_000)
  const liveness = await followLiveness(cache, () => performance.now())
  const memory = hubMemory()
  const place = placer({ typeOf, secret: 's'.repeat(32), secrets: {} })
  memory.set(
    'team',
    place({
      ...{ slug: 'team', title: 'Team', summary: '', visibility: 'public', embedOrigins: [], revision: 1 },
      widgets: [{ id: 'w1', type: 'text', title: null, config: { text: 'a' }, position: at(0) }],
    }),
  )
  const services = pageServices({
    build: 'test',
    origin: 'http://hubs.test',
    memory,
    lookUp: async (find) => find(),
    snapshots: openSnapshots({ cache, liveness }),
    liveness,
    databaseAway: () => false,
  })
  return { reads: services.as(services.anonymous), through }
}

test('while the line is behind, pages are paused since the moment it came to', async () => {
  const { reads, through } = await heard(110_000)
  const expected = { paused: true, snapshot: { through } }
  expect(await reads.hubPage('team')).toMatchObject(expected)
  expect(await reads.embed('w1')).toMatchObject(expected)
})

test('while the line is live, pages are not paused', async () => {
  const { reads } = await heard(1_000)
  expect(await reads.hubPage('team')).toMatchObject({ paused: false })
  expect(await reads.embed('w1')).toMatchObject({ paused: false })
})
