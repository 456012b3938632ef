import { expect, test } from 'vitest'
import { type HubChange, hubMemory } from '../hubs/hub-memory.ts'
import { placer } from '../hubs/placed.ts'
import type { StoredHub } from '../hubs/stored-hub.ts'
import { hubDocument, textWidget, typeOf } from '../hubs/types.fixtures.ts'
import { indexHubs } from './index-hubs.ts'

const place = placer({ typeOf, secret: 's'.repeat(32), secrets: {} })

function setUp() {
  const memory = hubMemory()
  const placed = new Set<string>()
  const times: string[] = []
  let tell = (_change: HubChange) => {}
  indexHubs(
    {
      widgets: memory.widgets,
      onChange(listener) {
        tell = listener
        return () => {}
      },
    },
    {
      place({ id }) {
        placed.add(id)
        times.push(id)
      },
      unplace: (id) => void placed.delete(id),
    },
  )
  let revision = 0
  const set = (
    slug: string,
    ids: readonly string[] | undefined,
    texts: Record<string, string> = {},
    title = 'A hub',
  ) => {
    const widgets = ids?.map((id) => textWidget(texts[id] ?? 'm', { id }))
    const hub =
      widgets && ({ ...hubDocument({ widgets }), title, slug, revision: ++revision } as unknown as StoredHub)
    tell(memory.set(slug, hub && place(hub)))
  }
  const lately = () => times.splice(0)
  return { placed, set, lately }
}

test('a widget that moves between hubs stays placed, whichever change comes first', () => {
  for (const order of [
    ['from', 'to'],
    ['to', 'from'],
  ]) {
    const { placed, set } = setUp()
    set('from', ['mover', 'stays'])
    set('to', [])
    for (const slug of order) set(slug, slug === 'to' ? ['mover'] : ['stays'])
    expect([...placed].sort()).toEqual(['mover', 'stays'])
  }
})

test('what leaves its hub, and the hub that is removed, are placed no more', () => {
  const { placed, set } = setUp()
  set('a', ['one', 'two'])
  set('a', ['two'])
  expect([...placed]).toEqual(['two'])
  set('a', undefined)
  expect([...placed]).toEqual([])
})

test('a write places the widgets it changes, and all when the hub is named anew', () => {
  const { set, lately } = setUp()
  set('a', ['one', 'two'])
  expect(lately()).toEqual(['one', 'two'])
  set('a', ['two', 'one', 'three'], { two: 'other' })
  expect(lately()).toEqual(['two', 'three'])
  set('a', ['one', 'two', 'three'], { two: 'other' }, 'Named anew')
  expect(lately()).toEqual(['one', 'two', 'three'])
})

test('a widget that was elsewhere meanwhile is placed again as it was', () => {
  const { set, lately } = setUp()
  set('a', ['one'])
  set('b', ['one'], { one: 'other' })
  lately()
  set('a', ['one'])
  expect(lately()).toEqual(['one'])
})
