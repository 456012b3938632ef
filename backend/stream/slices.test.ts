import { expect, onTestFinished, test, vi } from 'vitest'
import { commit, serve, shown, widget } from './serve-sessions.fixtures.ts'

/** Each of these follows a hub of its own too, so that each is of another group. */
async function manyGroups(count: number) {
  const names = Array.from({ length: count }, (_, n) => `other-${n}`)
  const others = Object.fromEntries(names.map((name) => [name, { revision: 1, widgets: [] }]))
  const served = await serve({ team: { revision: 1, widgets: [shown('a')] }, ...others })
  const clients = await Promise.all(names.map((name) => served.connect(`hub=team&hub=${name}`)))
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'hello')))
  return { ...served, clients }
}

/** However fast the machine, a slice is over whenever the clock is looked at. */
function shortSlices(): void {
  let now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 11
    return now
  })
  onTestFinished(() => clock.mockRestore())
}

test('a change that concerns many groups goes out in slices', async () => {
  const { cache, clients } = await manyGroups(64)
  shortSlices()
  const slices = vi.spyOn(globalThis, 'setImmediate')
  onTestFinished(() => slices.mockRestore())
  await commit(cache, shown('a').key, 1)
  await Promise.all(clients.map((client) => client.until(widget('a', 1))))
  const flushes = slices.mock.calls.filter(([callback]) => callback.name === 'flushDue')
  expect(flushes.length).toBeGreaterThanOrEqual(3)
})

test('an edit that concerns many groups is taken in in slices', async () => {
  const { clients, edit, looked } = await manyGroups(64)
  shortSlices()
  looked.length = 0
  const atOnce: number[] = []
  let going = true
  const turn = () => {
    atOnce.push(looked.length - atOnce.reduce((sum, some) => sum + some, 0))
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  edit('team', [shown('a'), shown('b')])
  await Promise.all(clients.map((client) => client.until(({ name }) => name === 'layout')))
  going = false
  expect(looked.length).toBeGreaterThanOrEqual(64)
  expect(Math.max(...atOnce)).toBeLessThan(16)
})

test('an edit of one hub makes nobody look at another, or at what is not there', async () => {
  const { connect, edit, looked } = await serve({
    team: { revision: 1, widgets: [shown('a')] },
    other: { revision: 1, widgets: [shown('b'), shown('c')] },
    third: { revision: 1, widgets: [shown('d')] },
  })
  const client = await connect('hub=team&hub=third&hub=missing&widget=b&widget=absent&widget=nowhere')
  await client.until(({ name }) => name === 'hello')
  looked.length = 0
  edit('team', [shown('a', 'json@1:new:shared')])
  await client.until(({ name }) => name === 'layout')
  expect(new Set(looked)).toEqual(new Set(['team']))
})
