import { expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import { commit, serve, shown, widget } from './serve-sessions.fixtures.ts'

test('a session without a cursor is told how every widget stands, then of each change', async () => {
  const { cache, connect } = await serve({ team: { revision: 7, widgets: [shown('a'), shown('b')] } })
  await commit(cache, shown('a').key, 1)
  const client = await connect('hub=team')
  const hello = await client.until(({ name }) => name === 'hello')
  expect(hello.data).toMatchObject({ heartbeat: 8, build: 'test', hubs: { team: 7 } })
  expect(hello.data.keys).toEqual({ team: { a: 't-json@1:a:shared', b: 't-json@1:b:shared' } })
  await client.until(widget('a', 1))
  await client.until(({ name, data }) => name === 'widget' && data.id === 'b' && data.status === 'loading')
  await commit(cache, shown('b').key, { deep: ['x'] })
  const frame = await client.until(widget('b', { deep: ['x'] }))
  expect(frame.data).toMatchObject({ key: 't-json@1:b:shared', schema: 'json@1', status: 'fresh' })
  expect(frame.id).toBe(frame.data.version)
})

test('what keeps the line from going on is told with how far it came', async () => {
  const hubs = { team: { revision: 1, widgets: [shown('a')] } }
  const { connect } = await serve(hubs, memoryCache(), () => 'Redis is full.')
  const hello = await (await connect('hub=team')).until(({ name }) => name === 'hello')
  expect(hello.data).toMatchObject({ through: 0, why: 'Redis is full.' })
  const well = await (await (await serve(hubs)).connect('hub=team')).until(({ name }) => name === 'hello')
  expect(well.data).not.toHaveProperty('why')
})

test('one widget can be followed alone', async () => {
  const { cache, connect } = await serve({ team: { revision: 3, widgets: [shown('a'), shown('b')] } })
  const client = await connect('widget=a')
  expect((await client.until(({ name }) => name === 'hello')).data.hubs).toEqual({ team: 3 })
  await commit(cache, shown('b').key, 1)
  await commit(cache, shown('a').key, 2)
  await client.until(widget('a', 2))
  expect(client.events.filter(({ name, data }) => name === 'widget' && data.id === 'b')).toEqual([])
})

test('keys are followed while somebody shows them, and let go with the last', async () => {
  const { connect, keys, sessions } = await serve({
    team: { revision: 1, widgets: [shown('a'), shown('b')] },
  })
  const first = await connect('hub=team')
  const second = await connect('widget=a')
  await second.until(({ name }) => name === 'hello')
  expect(keys.size).toBe(2)
  first.close()
  await expect.poll(() => keys.size).toBe(1)
  second.close()
  await expect.poll(() => keys.size).toBe(0)
  expect(sessions.size).toBe(0)
})

test('ids ascend, and widgets that share a key move the cursor only together', async () => {
  const same = 'json@1:same:shared'
  const { cache, connect } = await serve({
    team: { revision: 1, widgets: [shown('a', same), shown('b', same), shown('c')] },
  })
  const client = await connect('hub=team')
  for (let value = 1; value <= 5; value++) {
    await commit(cache, same, value)
    await commit(cache, shown('c').key, value)
  }
  await client.until(widget('c', 5))
  await client.until(widget('b', 5))
  const ids = client.events.flatMap(({ id }) => (id ? [Number(id.split(':')[1])] : []))
  expect(ids).toEqual([...ids].sort((x, y) => x - y))
  const ofA = client.events.filter(({ name, data }) => name === 'widget' && data.id === 'a')
  expect(ofA.length).toBeGreaterThan(0)
  for (const { id } of ofA) expect(id).toBeUndefined()
})

test('data over the inline limit travels by href', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const client = await connect('hub=team')
  await commit(cache, shown('a').key, 'x'.repeat(9_000))
  const frame = await client.until(({ name, data }) => name === 'widget' && data.status === 'fresh')
  expect(frame.data.data).toBeUndefined()
  expect(frame.data.href).toMatch(/^\/api\/v1\/data\/t-json@1:a:shared\/\d+\/\d+\?widget=a$/)
})
