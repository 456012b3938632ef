import { expect, test } from 'vitest'
import { commit, serve, shown, widget } from './serve-sessions.fixtures.ts'

test('a deleted hub is gone; the stream of nothing else ends', async () => {
  const { connect, edit, sessions } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const client = await connect('hub=team')
  await client.until(({ name }) => name === 'hello')
  edit('team', undefined)
  expect((await client.until(({ name }) => name === 'gone')).data).toEqual({ hub: 'team' })
  await expect.poll(() => client.closed).toBe(true)
  expect(sessions.size).toBe(0)
})

test('all widgets that leave with their hub are gone before the stream of nothing else ends', async () => {
  const { connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a'), shown('b')] } })
  const client = await connect('widget=a&widget=b')
  await client.until(({ name }) => name === 'hello')
  edit('team', undefined)
  await expect.poll(() => client.closed).toBe(true)
  expect(client.events.filter(({ name }) => name === 'gone').map(({ data }) => data.id)).toEqual(['a', 'b'])
})

test('a hub deleted and made again is followed again by new sessions', async () => {
  const { cache, connect, edit } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [] },
  })
  const first = await connect('hub=team&hub=other')
  await first.until(({ name }) => name === 'hello')
  edit('team', undefined)
  await first.until(({ name }) => name === 'gone')
  edit('team', [shown('a')])
  const second = await connect('hub=team&hub=other')
  await second.until(({ name }) => name === 'hello')
  await commit(cache, shown('a').key, 'again')
  await second.until(widget('a', 'again'))
})

test('what is not there when a stream opens is told once, and makes no group of its own', async () => {
  const { connect, edit, looked } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const clients = await Promise.all(
    Array.from({ length: 8 }, (_, n) => connect(`hub=team&hub=missing-${n}&widget=absent-${n}`)),
  )
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'hello')))
  looked.length = 0
  edit('team', [shown('a', 'json@1:new:shared')])
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'layout')))
  expect(looked).toEqual(['team'])
  for (const [n, { events }] of clients.entries())
    expect(events.filter(({ name }) => name === 'gone').map(({ data }) => data)).toEqual([
      { hub: `missing-${n}` },
      { id: `absent-${n}` },
    ])
})

test('who asks again once it is there follows what was not there', async () => {
  const { cache, connect, edit } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const first = await connect('hub=team&hub=later&widget=b')
  await first.until(({ name, data }) => name === 'gone' && data.id === 'b')
  edit('later', [shown('b')])
  const second = await connect('hub=team&hub=later&widget=b')
  const hello = await second.until(({ name }) => name === 'hello')
  expect(hello.data.hubs).toEqual({ team: 1, later: 1 })
  await commit(cache, shown('b').key, 1)
  await second.until(widget('b', 1))
  expect(second.events.filter(({ name }) => name === 'gone')).toEqual([])
})
