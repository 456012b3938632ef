import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hello, hub, openRig, placed, soon, widget } from './holder.fixtures.ts'

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
const b = hub('b', 1, placed('b1', 'B'))

test('another hub opens a stream for both at the lowest cursor, and the old one ends after the new hello', async () => {
  rig.attach(a, { cursor: '1:20' })
  await soon()
  rig.opened[0]?.say(hello({ a: 1 }))
  rig.attach(b, { cursor: '1:10' })
  await soon()
  expect(rig.opened).toHaveLength(2)
  expect(rig.last()).toMatchObject({ hubs: ['a', 'b'], cursor: '1:10' })
  expect(rig.opened[0]?.signal.aborted).toBe(false)
  rig.last().say(hello({ a: 1, b: 1 }))
  await soon()
  expect(rig.opened[0]?.signal.aborted).toBe(true)
})

test('while a stream is replaced, what the old one brings is shown and pages stay live', async () => {
  const page = rig.attach(a)
  await soon()
  rig.opened[0]?.say(hello({ a: 1 }))
  rig.attach(b)
  await soon()
  rig.opened[0]?.say(widget('a1', { key: 'A', version: '1:30', data: 'new' }, '1:30'))
  await soon()
  expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '1:30', data: 'new' }])
  expect(page.live()).toEqual({ kind: 'live' })
})

test('a page of a hub that is followed already is told what is newer, without another stream', async () => {
  rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.last().say(widget('a1', { key: 'A', version: '1:30', data: 'new' }, '1:30'))
  await soon()
  const late = rig.attach(a, { page: 'late' })
  await soon()
  expect(late.of('states')).toMatchObject([
    { states: [{ version: '1:30', data: 'new' }], upTo: { revision: 1, cursor: '1:30' } },
  ])
  expect(rig.opened).toHaveLength(1)
})

test('a hub is left a minute after a page last showed it', async () => {
  const page = rig.attach(a)
  rig.attach(b)
  await soon()
  rig.last().say(hello({ a: 1, b: 1 }))
  page.say('detach')
  for (let n = 0; n < 2; n++) {
    await soon(25_000)
    rig.holder.receive({ kind: 'seen', page: 'b' }, () => {})
  }
  expect(rig.last().hubs).toEqual(['a', 'b'])
  await soon(25_000)
  expect(rig.last().hubs).toEqual(['b'])
})

test('what the stream of a hub that was left still brings is not joined to what a page has that comes then', async () => {
  rig.attach(a)
  await soon()
  const [left] = rig.opened
  left?.say(hello({ a: 1 }))
  left?.say(widget('a1', { key: 'A', version: '1:30', data: 'new' }, '1:30'))
  // The hub is left at the next look, and its stream ten milliseconds later.
  await soon(69_985)
  const late = rig.attach(a, { page: 'late' })
  left?.say(widget('a1', { key: 'A', version: '1:31' }, '1:31'))
  await soon()
  expect(late.of('states')).toEqual([])
  expect(rig.last()).toMatchObject({ hubs: ['a'], cursor: '1:10' })
  expect(rig.last()).not.toBe(left)
})

test('a hidden page keeps its hub for five minutes, and is asked who it is when it is seen after that', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  page.say('hidden')
  await soon(290_000)
  expect(rig.last().signal.aborted).toBe(false)
  await soon(30_000)
  expect(rig.last().signal.aborted).toBe(true)
  page.say('seen')
  expect(page.told.at(-1)).toEqual({ kind: 'who' })
})

test('more than fifty hubs take two streams', async () => {
  for (let n = 0; n < 60; n++) rig.attach(hub(`h${n}`, 1))
  await soon()
  expect(rig.opened.map(({ hubs }) => hubs.length)).toEqual([50, 10])
})

test('a hub that is gone is told and no longer asked for, the others go on', async () => {
  const page = rig.attach(a)
  rig.attach(b)
  await soon()
  rig.last().say(hello({ a: 1, b: 1 }))
  rig.served.hubs.b = b
  rig.last().say({ name: 'gone', data: { hub: 'a' } })
  await soon()
  expect(page.told.at(-1)).toEqual({ kind: 'gone', page: 'a' })
  expect(rig.last().signal.aborted).toBe(false)
})

test('a hub that one server does not know yet is asked for again', async () => {
  const page = rig.attach(a)
  await soon()
  rig.served.hubs.a = a
  rig.last().say(hello({}))
  rig.last().say({ name: 'gone', data: { hub: 'a' } })
  await soon(2_000)
  expect(page.of('gone')).toEqual([])
  expect(rig.opened).toHaveLength(2)
  expect(rig.last()).toMatchObject({ hubs: ['a'], cursor: '1:10' })
})

test('a refused stream is asked for again without what is gone', async () => {
  const page = rig.attach(a)
  rig.attach(b)
  await soon()
  rig.served.hubs.b = b
  rig.last().refuse(404)
  await soon()
  expect(page.told.at(-1)).toEqual({ kind: 'gone', page: 'a' })
  expect(rig.last().hubs).toEqual(['b'])
})

test('offline is paused at once; online asks again at once; a hello proves either', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  await soon()
  rig.holder.receive({ kind: 'network', online: false }, () => {})
  expect(page.live()?.kind).toBe('paused')
  expect(rig.opened).toHaveLength(2)
  rig.holder.receive({ kind: 'network', online: false }, () => {})
  expect(rig.opened).toHaveLength(2)
  rig.holder.receive({ kind: 'network', online: true }, () => {})
  expect(rig.opened).toHaveLength(3)
  rig.last().say(hello({ a: 1 }))
  await soon()
  expect(page.live()).toEqual({ kind: 'live' })
})

test('cut is connecting at first and paused since the last word after ten seconds', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }, { now: 100_000, through: 100_000 }))
  await soon()
  rig.last().say({ name: 'lost' })
  await soon()
  expect(page.live()).toEqual({ kind: 'connecting' })
  await soon(11_000)
  expect(page.live()).toEqual({ kind: 'paused', since: 100_000 })
})

test('a line that falls behind pauses pages although the stream is well, and recovers', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.last().say({ name: 'beat', data: { now: 120_000, through: 105_000 } })
  await soon()
  expect(page.live()).toEqual({ kind: 'paused', since: 105_000 })
  rig.last().say({ name: 'beat', data: { now: 121_000, through: 120_500 } })
  await soon()
  expect(page.live()).toEqual({ kind: 'live' })
})

test('a page that is shown again does not wait for the next try', async () => {
  rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.last().say({ name: 'lost' })
  await soon()
  rig.attach(a)
  expect(rig.opened).toHaveLength(2)
})

test('a page that answers while it is told leaves no stream behind that nobody hears', async () => {
  rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  const other = hub('a', 1, placed('a1', 'other'))
  const attachment = { hub: 'a', layout: other, cursor: '1:10', states: [], now: 0, hidden: false }
  // Of two layouts of one revision a new stream is asked; the network goes while the page is told of that.
  rig.holder.receive({ kind: 'attach', page: 'late', attachment }, ({ kind }) => {
    if (kind === 'layout') rig.holder.receive({ kind: 'network', online: false }, () => {})
  })
  await soon()
  expect(rig.opened.filter(({ signal }) => !signal.aborted)).toEqual([rig.last()])
})
