import { connect as connectTo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openSse } from '#testing/sse.ts'
import { commit, serve, shown } from './serve-sessions.fixtures.ts'

test('a client that stops reading owes at most its keys, and is whole when it reads again', async () => {
  const { cache, connect } = await serve({ team: { revision: 1, widgets: [shown('a')] } })
  const client = await connect('hub=team')
  await client.until(({ name }) => name === 'hello')
  client.pause()
  const filler = 'y'.repeat(7_000)
  for (let value = 0; value < 3_000; value++) await commit(cache, shown('a').key, [value, filler])
  client.resume()
  await client.until(({ name, data }) => name === 'widget' && data.data?.[0] === 2_999)
  expect(client.events.length).toBeLessThan(3_000)
})

test('a client that does not read is cut, though nothing but layouts changes', async () => {
  const widgets = Array.from({ length: 400 }, (_, n) => shown(`widget-${n}`, 'json@1:same:shared'))
  const { base, edit, sessions } = await serve({ team: { revision: 1, widgets } })
  const { port } = new URL(base)
  const reader = await openSse(`${base}?hub=team`)
  onTestFinished(() => reader.close())
  const idler = connectTo(Number(port), '127.0.0.1').on('error', () => {})
  onTestFinished(() => void idler.destroy())
  idler.pause()
  idler.write(`GET /?hub=team HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  await expect.poll(() => sessions.size).toBe(2)
  // Some 20 MB: more than the buffers of the system take.
  for (let revision = 2; revision < 900; revision++) {
    edit('team', widgets)
    await reader.until(({ name, data }) => name === 'layout' && data.revision === revision)
  }
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 31_000)
  await expect.poll(() => sessions.size).toBe(1)
  vi.restoreAllMocks()
})
