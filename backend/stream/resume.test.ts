import { expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import { formatVersion } from '../cache/version.ts'
import { commit, serve, shown, widget } from './serve-sessions.fixtures.ts'

test('a resumed session is sent what changed while it was away, and nothing else', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a'), shown('b')] } })
  await commit(cache, shown('b').key, 1)
  // Of the version that the cursor names, which is the highest it was sent.
  await commit(cache, shown('a').key, 1)
  const { cursor } = await cache.read([])
  await commit(cache, shown('b').key, 2)
  const client = await connect('hub=team', formatVersion(cursor))
  expect((await client.until(({ name }) => name === 'hello')).data.cursor).toBe(formatVersion(cursor))
  await client.until(widget('b', 2))
  expect(client.events.filter(({ name, data }) => name === 'widget' && data.id === 'a')).toEqual([])
})

test('what a session lacks is sent in ascending order, so that a cut loses nothing', async () => {
  const { cache, connect } = await serve({
    team: { revision: 1, widgets: [shown('a'), shown('b'), shown('c')] },
  })
  for (const id of ['b', 'c', 'a']) await commit(cache, shown(id).key, 1)
  const client = await connect('hub=team')
  await Promise.all(['a', 'b', 'c'].map((id) => client.until(widget(id, 1))))
  const frames = client.events.filter(({ name }) => name === 'widget')
  expect(frames.map(({ data }) => data.id)).toEqual(['b', 'c', 'a'])
  expect(frames.map(({ id }) => id)).toEqual(frames.map(({ data }) => data.version))
})

test('what went stale while nobody looked is due once a session resumes', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  const { cursor } = await cache.read([])
  await cache.invalidate([{ key: shown('a').key }])
  expect((await cache.claim(10, 10_000)).keys).toEqual([])
  const client = await connect('hub=team', formatVersion(cursor))
  await client.until(({ name }) => name === 'hello')
  expect((await cache.claim(10, 10_000)).keys).toEqual([shown('a').key])
})

test('an event in the middle of the connect order shows in the first words of the session', async () => {
  const cache = memoryCache()
  const { key } = shown('a')
  await commit(cache, key, 1)
  let happened = false
  /** An event comes after the first of registering interest and reading, whichever that is. */
  async function thenEvent<Reading>(reading: Promise<Reading>): Promise<Reading> {
    const read = await reading
    if (!happened) await cache.invalidate([{ key }])
    happened = true
    return read
  }
  const { connect } = await serve(
    { team: { revision: 1, widgets: [shown('a')] } },
    {
      ...cache,
      interest: (keys, ttl) => thenEvent(cache.interest(keys, ttl)),
      read: (keys, options) =>
        keys.length > 0 ? thenEvent(cache.read(keys, options)) : cache.read(keys, options),
    },
  )
  const client = await connect('hub=team')
  const frame = await client.until(({ name }) => name === 'widget')
  expect(frame.data).toMatchObject({ data: 1, status: 'refreshing' })
})

test('a change that is read before the feed brings it is sent once', async () => {
  const cache = memoryCache()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { connect } = await serve(
    { team: { revision: 1, widgets: [shown('a')] } },
    {
      ...cache,
      async *tail(from, signal) {
        await released
        yield* cache.tail(from, signal)
      },
    },
  )
  await commit(cache, shown('a').key, 1)
  const client = await connect('hub=team')
  await client.until(widget('a', 1))
  release()
  await commit(cache, shown('a').key, 2)
  await client.until(widget('a', 2))
  expect(client.events.filter(({ name }) => name === 'widget').map(({ data }) => data.data)).toEqual([1, 2])
})

test.each(['nonsense', '1:5', '9999999999999:1'])('cursor %s is answered by a manifest', async (cursor) => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  const { entries } = await cache.read([shown('a').key])
  const client = await connect('hub=team', cursor)
  const resync = await client.until(({ name }) => name === 'resync')
  expect(resync.data.widgets).toEqual({
    a: { key: 't-json@1:a:shared', version: formatVersion(entries[0]?.version ?? { epoch: 0, offset: 0 }) },
  })
})

test('a cursor this epoch never gave out is not believed', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  await commit(cache, shown('a').key, 1)
  const { cursor } = await cache.read([])
  const client = await connect('hub=team', `${cursor.epoch}:${cursor.offset + 1_000}`)
  await client.until(({ name }) => name === 'resync')
})
