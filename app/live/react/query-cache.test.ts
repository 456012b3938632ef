import { expect, test } from 'vitest'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { newQueryClient } from './document.ts'
import type { LiveWidget } from './live-widget.ts'
import { layoutAt, pageCache, resultAt, seed, writeLayout, writeState } from './query-cache.ts'

const state = (version: string, more: Partial<WidgetSnapshot> = {}): WidgetSnapshot => ({
  key: 'k',
  version,
  schema: 'list@1',
  type: 'list',
  status: 'fresh',
  loadedAt: 1,
  checkedAt: 1,
  data: { items: ['one'], about: { of: 'one' } },
  ...more,
})

function cache() {
  const client = newQueryClient()
  return {
    write: (given: WidgetSnapshot, now = 1) => writeState(client, given, now),
    held: () => client.getQueryData<LiveWidget>(resultAt('k')),
    client,
  }
}

test('an older state changes nothing, not even the object', () => {
  const { write, held } = cache()
  write(state('1:5'))
  const before = held()
  write(state('1:4', { data: 'old' }))
  write(state('1:5', { data: 'same version' }))
  expect(held()).toBe(before)
})

test('data that is equal stays the same object and does not count as a change', () => {
  const { write, held } = cache()
  write(state('1:5'))
  const before = held()
  write(state('1:6', { checkedAt: 9, data: structuredClone(state('').data) }), 50)
  expect(held()?.state).toMatchObject({ version: '1:6', checkedAt: 9 })
  expect(held()?.state.data).toBe(before?.state.data)
  expect(held()?.changedAt).toBeNull()
})

test('the moment of the last change of data is kept through checks', () => {
  const { write, held } = cache()
  write(state('1:5'))
  write(state('1:6', { data: 'new' }), 50)
  write(state('1:7', { data: 'new' }), 60)
  expect(held()?.changedAt).toBe(50)
})

test('the first data of a card that was loading is no change', () => {
  const { write, held } = cache()
  write(state('1:5', { status: 'loading', data: null, loadedAt: null }))
  write(state('1:6'), 50)
  expect(held()?.changedAt).toBeNull()
})

test('what was forgotten comes back of the same version or a later one, from whomever', () => {
  const { write, held, client } = cache()
  const { forgetState } = pageCache(client)
  write(state('1:5'))
  forgetState('k')
  forgetState('k')
  const layout = { revision: 1, widgets: [] }
  seed(client, { hub: 'a', layout, cursor: '1:4', now: 1, states: [state('1:4')] })
  expect(held()).toBeUndefined()
  write(state('1:5', { data: 'again' }))
  expect(held()?.state).toMatchObject({ version: '1:5', data: 'again' })
  forgetState('k')
  write(state('2:1'))
  expect(held()?.state.version).toBe('2:1')
})

test('the higher revision of a layout stays', () => {
  const { client } = cache()
  writeLayout(client, 'hub a', { revision: 3, widgets: [] }, 'server')
  writeLayout(client, 'hub a', { revision: 2, widgets: [] }, 'holder')
  expect(client.getQueryData(layoutAt('hub a'))).toEqual({ revision: 3, widgets: [] })
  const rekeyed = { revision: 3, widgets: [], title: 'by the keys of another build' }
  writeLayout(client, 'hub a', rekeyed, 'holder')
  writeLayout(client, 'hub a', { revision: 3, widgets: [] }, 'server')
  expect(client.getQueryData(layoutAt('hub a'))).toEqual(rekeyed)
})
