import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import { type HubChange, hubMemory } from '../hubs/hub-memory.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { placer } from '../hubs/placed.ts'
import type { StoredHub } from '../hubs/stored-hub.ts'
import { hubDocument, textWidget, typeOf } from '../hubs/types.fixtures.ts'
import { openHubIndex } from './hub-index.ts'

const place = placer({ typeOf, secret: 's'.repeat(32), secrets: {} })

/** An index over hubs of one widget each, whose revision is their number; `noted` is how far daemons before it came. */
function setUp({ noted = 0 } = {}) {
  const memory = hubMemory()
  let tell = (_change: HubChange) => {}
  const followed = {
    hubs: memory.hubs,
    widgets: memory.widgets,
    onChange(listener: (change: HubChange) => void) {
      tell = listener
      return () => {}
    },
    caughtUp: async () => {},
    get knownUpTo() {
      return Math.max(0, ...[...memory.hubs.values()].map(({ revision }) => revision))
    },
  } as unknown as FollowedHubs
  const mark = { read: async () => noted, raise: vi.fn(async (_revision: number) => {}) }
  const cache = memoryCache()
  const invalidate = vi.spyOn(cache, 'invalidate')
  const index = openHubIndex({
    ...{ followed, mark, cache, logger: pino({ level: 'silent' }) },
    onDue: () => {},
  })
  const add = (slug: string, revision: number): PlacedWidget => {
    const document = hubDocument({ widgets: [textWidget(slug, { id: slug })] })
    tell(memory.set(slug, place({ ...document, slug, revision } as unknown as StoredHub)))
    return memory.widgets.get(slug) as PlacedWidget
  }
  const remove = (slug: string) => tell(memory.set(slug, undefined))
  const invalidated = () => invalidate.mock.calls.flatMap(([marks]) => marks.map(({ key }) => key))
  return { index, mark, add, remove, invalidated }
}

test('catching up invalidates what was placed while no daemon ran, and notes it', async () => {
  const { index, mark, add, invalidated } = setUp({ noted: 1 })
  add('seen', 1)
  const unseen = add('unseen', 2)
  expect(invalidated()).toEqual([])
  await index.catchUp()
  expect(invalidated()).toEqual([unseen.key])
  expect(mark.raise.mock.calls).toEqual([[2]])
  expect(index.matching.size).toBe(2)
  expect(index.widgetOf(unseen.key)?.id).toBe('unseen')
  expect(index.widgetOf('of@1:nobody:shared')).toBeUndefined()
})

test('it is current once what came later is invalidated, and at the end what left is', async () => {
  const { index, add, remove, invalidated } = setUp()
  await index.catchUp()
  const later = add('later', 1)
  await index.current()
  expect(invalidated()).toEqual([later.key])
  const stop = new AbortController()
  const running = index.run(stop.signal)
  remove('later')
  await index.current()
  expect(invalidated()).toEqual([later.key])
  stop.abort()
  await running
  await index.idle()
  expect(invalidated()).toEqual([later.key, later.key])
})
