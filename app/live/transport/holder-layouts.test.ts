import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hello, hub, openRig, placed, soon, state, widget } from './holder.fixtures.ts'

let rig: ReturnType<typeof openRig>
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  rig = openRig()
})
afterEach(() => {
  rig.holder.close()
  vi.useRealTimers()
})

const a = hub('a', 1, placed('a1', 'A'))

test('a layout that was edited is read and told, with the results it names', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.served.hubs.a = hub('a', 2, placed('a1', 'A2'))
  rig.last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  rig.last().say(widget('a1', { key: 'A2', version: '1:3', data: 'lower' }))
  await soon()
  expect(page.of('layout')).toMatchObject([{ layout: { revision: 2 } }])
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', data: 'lower' }])
  expect(rig.reads).toEqual(['hub a'])
})

test('a key that comes back to the layout is read, for it was not followed meanwhile', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.served.hubs.a = hub('a', 2, placed('a1', 'A2'))
  rig.last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  rig.last().say(widget('a1', { key: 'A2', version: '1:40', data: 'other' }, '1:40'))
  await soon()
  rig.served.hubs.a = hub('a', 3, placed('a1', 'A'))
  rig.served.states.a1 = state('A', '1:30')
  rig.last().say({ name: 'layout', data: { hub: 'a', revision: 3, keys: { a1: 'A' } } })
  rig.last().say({ name: 'lost' })
  await soon()
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A', version: '1:30' }])
})

test('a newer layout that another page brings before a stream begins is told, and then what it shows', async () => {
  const early = rig.attach(a)
  rig.attach(hub('a', 2, placed('a1', 'A2')), { page: 'late' })
  expect(early.of('layout')).toMatchObject([{ layout: { revision: 2 } }])
  expect(early.of('states')).toMatchObject([{ states: [{ key: 'A2' }] }])
  const kinds = early.told.map(({ kind }) => kind)
  expect(kinds.indexOf('layout')).toBeLessThan(kinds.indexOf('states'))
  await soon()
  rig.last().say(hello({ a: 2 }))
  await soon()
  expect(early.live()).toEqual({ kind: 'live' })
  expect(rig.reads).toEqual([])
})

test('a layout edited while away is seen in the hello, and all its widgets are read', async () => {
  const page = rig.attach(a)
  await soon()
  rig.served.hubs.a = hub('a', 4, placed('a1', 'A'), placed('a2', 'A2'))
  rig.served.states = { a1: state('A', '1:8'), a2: state('A2', '1:2') }
  rig.last().say(hello({ a: 4 }))
  await soon()
  expect(rig.reads.sort()).toEqual(['hub a', 'widget a1', 'widget a2'])
  expect(page.of('layout').at(-1)?.layout.revision).toBe(4)
  expect(page.of('states').flatMap(({ states }) => states.map(({ version }) => version))).toContain('1:8')
})

test('a build that gives a widget another key at the same revision is followed', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }, { keys: { a: { a1: 'A' } } }))
  await soon()
  expect(rig.reads).toEqual([])
  rig.served = { hubs: { a: hub('a', 1, placed('a1', 'A2')) }, states: { a1: state('A2', '1:3') } }
  rig.last().say(hello({ a: 1 }, { build: 'c', keys: { a: { a1: 'A2' } } }))
  await soon(100)
  expect(rig.reads).toEqual(['hub a', 'widget a1'])
  expect(page.of('layout').at(-1)?.layout.widgets[0]?.key).toBe('A2')
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', version: '1:3' }])
  expect(page.live()).toEqual({ kind: 'live' })
})

test('of two layouts of one revision the stream says which is right', async () => {
  rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }, { keys: { a: { a1: 'A' } } }))
  await soon()
  rig.served = { hubs: { a: hub('a', 1, placed('a1', 'A2')) }, states: { a1: state('A2', '1:3') } }
  const other = rig.attach(hub('a', 1, placed('a1', 'A2')), { page: 'other' })
  await soon()
  expect(other.of('layout').at(-1)?.layout.widgets[0]?.key).toBe('A')
  expect(rig.opened).toHaveLength(2)
  rig.last().say(hello({ a: 1 }, { keys: { a: { a1: 'A2' } } }))
  await soon(100)
  expect(other.of('layout').at(-1)?.layout.widgets[0]?.key).toBe('A2')
})

test('a layout that cannot be read pauses its pages', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.served.hubs.a = a
  rig.last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  await soon(9_000)
  expect(page.live()).toMatchObject({ kind: 'paused' })
  rig.served = { hubs: { a: hub('a', 2, placed('a1', 'A2')) }, states: { a1: state('A2', '1:30') } }
  await soon(20_000)
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', version: '1:30' }])
  rig.last().say({ name: 'beat', data: { now: 130_000, through: 130_000 } })
  await soon()
  expect(page.live()).toEqual({ kind: 'live' })
})

test('a stream that stays behind the page pauses it', async () => {
  rig.served.hubs.a = hub('a', 3, placed('a1', 'A'))
  const page = rig.attach(rig.served.hubs.a)
  await soon()
  rig.last().say(hello({ a: 2 }))
  await soon(9_000)
  rig.last().say({ name: 'beat', data: { now: 109_000, through: 109_000 } })
  await soon()
  expect(page.live()).toMatchObject({ kind: 'paused' })
})

test('a stream that lags behind, but follows the same keys, pauses nobody', async () => {
  const page = rig.attach(hub('a', 3, placed('a1', 'A')), { widget: 'a1' })
  await soon()
  rig.last().say(hello({ a: 2 }, { keys: { a: { a1: 'A' } } }))
  await soon(9_000)
  rig.last().say({ name: 'beat', data: { now: 109_000, through: 109_000 } })
  await soon()
  expect(rig.reads).toEqual([])
  expect(page.live()).toEqual({ kind: 'live' })
})

test('a page with a newer layout than the stream is not believed about keys the stream did not follow', async () => {
  rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  const newer = hub('a', 2, placed('a1', 'A2'))
  rig.served.hubs.a = newer
  rig.served.states.a1 = state('A2', '1:12')
  rig.last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  await soon(1)
  expect(rig.reads).toEqual(['hub a'])
  const page = rig.attach(newer, { page: 'newer' })
  await soon()
  expect(rig.reads).toEqual(['hub a', 'widget a1'])
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', version: '1:12' }])
})

test('while the server is behind the page, its cursor is not trusted; once it has caught up all is read', async () => {
  const newer = hub('a', 2, placed('a1', 'A2'))
  const page = rig.attach(newer)
  await soon()
  rig.served = { hubs: { a: newer }, states: { a1: state('A2', '1:12') } }
  rig.last().say(hello({ a: 1 }))
  rig.last().say({ name: 'beat', data: { now: 101_000, through: 100_000 }, id: '1:20' })
  rig.last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  await soon()
  expect(rig.reads).toEqual(['hub a', 'widget a1'])
  expect(page.of('states').at(-1)).toMatchObject({ states: [{ version: '1:12' }] })
  expect(page.of('states').filter(({ upTo }) => upTo?.cursor === '1:20')).toEqual([])
})
