import { expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import { commit, serve, shown, widget, withResolvers } from './serve-sessions.fixtures.ts'

test('a layout change: gained keys are read, told and sent; lost ones are silent', async () => {
  const { cache, connect, edit, keys } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('b').key, 'old')
  await commit(cache, shown('a').key, 1)
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  // The gained key has a lower version than what the session was sent last.
  edit('team', [shown('b')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect(layout.data).toEqual({ hub: 'team', revision: 2, keys: { b: 't-json@1:b:shared' } })
  await commit(cache, shown('b').key, 'new')
  await client.until(widget('b', 'new'))
  const since = client.events.slice(client.events.indexOf(layout) + 1)
  expect(since.map(({ data }) => [data.id, data.data])).toEqual([
    ['b', 'old'],
    ['b', 'new'],
  ])
  expect(keys.size).toBe(1)
})

test('a gained key that others follow already is sent too, though its version is lower', async () => {
  const { cache, connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b')] },
  })
  await commit(cache, shown('b').key, 'old')
  await commit(cache, shown('a').key, 1)
  const other = await connect('hub=other')
  await other.until(widget('b', 'old'))
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  edit('team', [shown('b')])
  const layout = await client.until(({ name }) => name === 'layout')
  await commit(cache, shown('b').key, 'new')
  await client.until(widget('b', 'new'))
  const since = client.events.slice(client.events.indexOf(layout) + 1)
  expect(since.map(({ data }) => data.data)).toEqual(['old', 'new'])
})

test('a layout is told once its gained keys are read, and not before', async () => {
  const cache = memoryCache()
  const { promise: released, resolve: release } = withResolvers()
  const { connect, edit } = await serve(
    { team: { revision: 1, widgets: [shown('a')] }, other: { revision: 1, widgets: [shown('c')] } },
    {
      ...cache,
      async read(keys, options) {
        if (keys.includes(shown('b').key)) await released
        return cache.read(keys, options)
      },
    },
  )
  await commit(cache, shown('b').key, 1)
  const client = await connect('hub=team')
  await client.until(({ name }) => name === 'hello')
  const other = await connect('hub=other')
  await other.until(({ name }) => name === 'hello')
  edit('team', [shown('a'), shown('b')])
  // Edits have their turns in order: once this one is told, only the read holds up the other.
  edit('other', [])
  await other.until(({ name }) => name === 'layout')
  await commit(cache, shown('a').key, 1)
  await client.until(widget('a', 1))
  expect(client.events.map(({ name }) => name)).not.toContain('layout')
  release()
  await client.until(({ name }) => name === 'layout')
  await client.until(widget('b', 1))
})

test('of two hubs that change at one time, each is told', async () => {
  const { connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b')] },
  })
  const client = await connect('hub=team&hub=other')
  await client.until(({ name }) => name === 'hello')
  edit('team', [shown('c')])
  edit('other', [shown('d')])
  await client.until(({ name, data }) => name === 'layout' && data.hub === 'other')
  await client.until(({ name, data }) => name === 'widget' && data.id === 'd')
  expect(
    client.events.filter(({ name }) => name === 'layout').map(({ data }) => [data.hub, data.keys]),
  ).toEqual([
    ['team', { c: 't-json@1:c:shared' }],
    ['other', { d: 't-json@1:d:shared' }],
  ])
})

test('of two hubs of which one is deleted, the other is followed on', async () => {
  const { connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b')] },
  })
  const client = await connect('hub=team&hub=other')
  await client.until(({ name }) => name === 'hello')
  edit('team', undefined)
  await client.until(({ name }) => name === 'gone')
  edit('other', [shown('d')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect([layout.data.hub, layout.data.keys]).toEqual(['other', { d: 't-json@1:d:shared' }])
  // Who asks for both again has a group of its own.
  const again = await connect('hub=team&hub=other')
  await again.until(({ name }) => name === 'hello')
  edit('other', [shown('e')])
  for (const each of [client, again])
    await each.until(({ name, data }) => name === 'layout' && Object.hasOwn(data.keys as object, 'e'))
})

test('who follows one widget is told when its card looks otherwise, not when another does', async () => {
  const { connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a'), shown('b')] } })
  const client = await connect('widget=a')
  await client.until(({ name }) => name === 'hello')
  edit('team', [shown('a'), { ...shown('b'), title: 'Other' }])
  edit('team', [{ ...shown('a'), rawConfig: { unit: 'ms' } }, shown('b')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect(layout.data).toEqual({ hub: 'team', revision: 3, keys: { a: 't-json@1:a:shared' } })
})

test('a widget that is followed alone is followed into another hub, until it is nowhere', async () => {
  const { cache, connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 4, widgets: [] },
  })
  const client = await connect('widget=a')
  await client.until(({ name }) => name === 'hello')
  edit('team', [])
  edit('other', [shown('a', 'json@1:new:shared')])
  const layout = await client.until(({ name }) => name === 'layout')
  expect(layout.data).toEqual({ hub: 'other', revision: 5, keys: { a: 't-json@1:new:shared' } })
  await commit(cache, 'json@1:new:shared', 1)
  await client.until(widget('a', 1))
  edit('other', [])
  expect((await client.until(({ name }) => name === 'gone')).data).toEqual({ id: 'a' })
  await expect.poll(() => client.closed).toBe(true)
})

test('a widget that moves is followed through an edit of its new hub in the meantime', async () => {
  const cache = memoryCache()
  const slow = 'json@1:slow:shared'
  const { promise: released, resolve: release } = withResolvers()
  const { promise: asked, resolve: ask } = withResolvers()
  const { connect, edit } = await serve(
    { team: { revision: 1, widgets: [shown('a'), shown('b')] }, other: { revision: 1, widgets: [] } },
    {
      ...cache,
      async read(keys, options) {
        if (keys.includes(slow)) {
          ask()
          await released
        }
        return cache.read(keys, options)
      },
    },
  )
  const client = await connect('widget=a&widget=b')
  await client.until(({ name }) => name === 'hello')
  edit('other', [shown('a', slow)])
  edit('team', [shown('b')])
  await asked
  edit('other', [shown('a', 'json@1:newest:shared')])
  release()
  await client.until(
    ({ name, data }) => name === 'layout' && JSON.stringify(data.keys) === '{"a":"t-json@1:newest:shared"}',
  )
})

test('widgets of two hubs that share a key are both told of it, before and after one leaves', async () => {
  const same = 'json@1:same:shared'
  const { cache, connect, edit, keys } = await serve({
    team: { revision: 1, widgets: [shown('a', same)] },
    other: { revision: 1, widgets: [shown('b', same)] },
  })
  const client = await connect('hub=team&hub=other')
  await commit(cache, same, 1)
  await Promise.all(['a', 'b'].map((id) => client.until(widget(id, 1))))
  edit('team', [])
  await client.until(({ name }) => name === 'layout')
  await commit(cache, same, 2)
  await client.until(widget('b', 2))
  expect(client.events.filter(widget('a', 2))).toEqual([])
  edit('other', [])
  await expect.poll(() => keys.size).toBe(0)
})

test('ids ascend over beats too', async () => {
  const { cache, connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  await commit(cache, shown('b').key, 'old')
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  // The line comes alive, which sessions are told by a beat.
  await cache.pulse('daemon', Date.now(), 5_000)
  const { id: beaten } = await client.until(({ name, id }) => name === 'beat' && id !== undefined)
  edit('team', [shown('a'), shown('b')])
  const { id } = await client.until(widget('b', 'old'))
  expect(beaten).toBeDefined()
  expect(id).toBeUndefined()
})
