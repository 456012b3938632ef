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

test('data that does not travel in the frame is read once, for all pages', async () => {
  const first = rig.attach(a)
  const second = rig.attach(a, { page: 'second' })
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.last().say(widget('a1', { key: 'A', version: '1:31', href: '/api/v1/data/A/1/30?widget=a1' }, '1:31'))
  await soon()
  expect(rig.reads).toEqual(['/api/v1/data/A/1/30?widget=a1'])
  for (const page of [first, second])
    expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '1:31', data: 'large' }])
})

test('data at an address that a server of another build gave is read with its widget', async () => {
  const page = rig.attach(a)
  await soon()
  rig.served.states = { a1: state('A', '1:31') }
  rig.last().say(hello({ a: 1 }))
  rig.last().say(widget('a1', { key: 'A', version: '1:31', href: '/api/v1/data/A/1/30' }, '1:31'))
  await soon()
  expect(rig.reads).toEqual(['/api/v1/data/A/1/30', 'widget a1'])
  expect(page.of('states').at(-1)?.states).toMatchObject([
    { version: '1:31', data: rig.served.states.a1?.data },
  ])
})

test('a manifest makes it read what differs and nothing else, many of one hub at once', async () => {
  const widgets = [1, 2, 3, 4, 5, 6].map((n) => placed(`w${n}`, `K${n}`))
  rig.attach(hub('many', 1, ...widgets))
  await soon()
  rig.last().say(hello({ many: 1 }))
  const manifest = (epoch: number, count: number) =>
    Object.fromEntries(
      widgets.map(({ id, key = '' }, n) => [id, { key, version: n < count ? `${epoch}:1` : '1:5' }]),
    )
  const serve = (epoch: number) => {
    rig.served.states = Object.fromEntries(widgets.map(({ id, key = '' }) => [id, state(key, `${epoch}:1`)]))
  }
  serve(2)
  rig.last().say({ name: 'resync', data: { widgets: manifest(2, 2) }, id: '2:1' })
  await soon()
  expect(rig.reads).toEqual(['widget w1', 'widget w2'])
  serve(3)
  rig.last().say({ name: 'resync', data: { widgets: manifest(3, 6) }, id: '3:1' })
  await soon()
  expect(rig.reads.slice(2)).toEqual(['snapshot many'])
})

test('what cannot be read is tried again, and a page that goes on elsewhere begins before it', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.last().say({ name: 'resync', data: { widgets: { a1: { key: 'A', version: '2:1' } } }, id: '2:1' })
  await soon(4_000)
  expect(page.live()?.kind).toBe('paused')
  expect(page.of('states').some(({ upTo }) => upTo?.cursor === '2:1')).toBe(false)
  rig.served.states = { a1: state('A', '2:1') }
  await soon(30_000)
  expect(page.of('states').at(-1)).toMatchObject({ states: [{ version: '2:1' }] })
  expect(page.live()).toEqual({ kind: 'live' })
})

test('a check that found nothing new is not joined to data older than what the manifest named', async () => {
  const page = rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  await soon()
  // Read before the check, so its answer is older than the check but newer than what the page has.
  rig.served.states.a1 = state('A', '2:9', 'nine')
  rig.last().say({ name: 'resync', data: { widgets: { a1: { key: 'A', version: '2:9' } } }, id: '2:9' })
  rig.last().say(widget('a1', { key: 'A', version: '2:10' }, '2:10'))
  await soon(1)
  rig.served.states.a1 = state('A', '2:10', 'nine')
  await soon(1_000)
  expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '2:10', data: 'nine' }])
  expect(page.of('states').flatMap(({ states }) => states.filter(({ data }) => data === 'A 1:5'))).toEqual([])
})

test('what another page knows of a key that is being read does not stand in for it', async () => {
  rig.attach(a)
  await soon()
  rig.last().say(hello({ a: 1 }))
  rig.served.states.a1 = state('A', '2:1', 'one')
  rig.last().say({ name: 'resync', data: { widgets: { a1: { key: 'A', version: '2:1' } } }, id: '2:1' })
  await soon(1)
  expect(rig.reads).toEqual(['widget a1'])
  const page = rig.attach(a, { page: 'one widget', widget: 'a1' })
  rig.last().say(widget('a1', { key: 'A', version: '2:2' }, '2:2'))
  rig.served.states.a1 = state('A', '2:2', 'one')
  await soon(2_000)
  const shown = page.of('states').flatMap(({ states }) => states)
  expect(shown.filter(({ data }) => data !== 'one')).toEqual([])
  expect(shown.at(-1)).toMatchObject({ version: '2:2', data: 'one' })
})
