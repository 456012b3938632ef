import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HubView, HubWidget } from '#contract/hub.ts'
import type { Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import type { StreamEvents } from '#contract/stream-events.ts'
import type { Attachment, ToPage } from '../core/messages.ts'
import type { LinkEvent, StreamEvent } from '../core/stream-event.ts'
import type { Environment } from './environment.ts'
import { type Holder, openHolder } from './holder.ts'
import { rest } from './rest.ts'
import { StreamRefused } from './stream.ts'

/** One stream that the holder opened, spoken to by the test. */
interface Opened {
  readonly hubs: readonly string[]
  readonly widgets: readonly string[]
  readonly cursor: string
  readonly signal: AbortSignal
  say(heard: LinkEvent): void
  refuse(status: number): void
}

const schema = 'notes@1'
const state = (key: string, version: string, data = `${key} ${version}`): WidgetSnapshot => ({
  key,
  version,
  schema,
  type: 'notes',
  status: 'fresh',
  loadedAt: 1,
  checkedAt: 1,
  data,
})
const placed = (id: string, key: string): HubWidget => ({
  id,
  type: 'notes',
  title: id,
  config: null,
  position: { x: 0, y: 0, w: 1, h: 1 },
  key,
  schema,
})
function hub(slug: string, revision: number, ...widgets: HubWidget[]): HubView {
  return { slug, title: slug, summary: '', visibility: 'public', embedOrigins: [], revision, widgets }
}

const opened: Opened[] = []
let reads: string[] = []
let served: { hubs: Record<string, HubView>; states: Record<string, WidgetSnapshot> }
let holder: Holder

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  opened.length = 0
  reads = []
  served = { hubs: {}, states: {} }
  holder = openHolder(environment)
})
afterEach(() => {
  holder.close()
  vi.useRealTimers()
})

const environment: Environment = {
  open(request) {
    const queue: (LinkEvent | StreamRefused)[] = []
    let wake = () => {}
    const push = (item: LinkEvent | StreamRefused) => {
      queue.push(item)
      wake()
    }
    opened.push({ ...request, say: push, refuse: (status) => push(new StreamRefused(status)) })
    async function* heard(): AsyncGenerator<LinkEvent> {
      while (!request.signal.aborted) {
        const next = queue.shift()
        if (next instanceof StreamRefused) throw next
        if (next) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
            request.signal.addEventListener('abort', () => resolve())
          })
      }
    }
    return heard()
  },
  read: {
    async hub(slug) {
      reads.push(`hub ${slug}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return served.hubs[slug]
    },
    async snapshot(slug): Promise<Snapshot> {
      reads.push(`snapshot ${slug}`)
      return { cursor: '1:1', now: 1, through: 1, revision: 1, widgets: served.states }
    },
    async widget(id) {
      reads.push(`widget ${id}`)
      const answer = served.states[id]
      await new Promise((resolve) => setTimeout(resolve, 5))
      return answer
    },
    async data(href) {
      reads.push(href)
      if (!href.includes('?widget=')) return undefined
      const [key = '', epoch, offset] = href.split('?')[0]?.split('/').slice(-3) ?? []
      return { key, version: `${epoch}:${offset}`, data: 'large' }
    },
  },
  now: () => performance.now(),
  random: () => 0.5,
  rest,
}

/** A page that remembers what it was told. */
function attach(view: HubView, more: Partial<Attachment> & { page?: string } = {}) {
  const { page = view.slug, ...given } = more
  const told: ToPage[] = []
  const states = view.widgets.map(({ key = '' }) => state(key, '1:5'))
  const attachment = { hub: view.slug, layout: view, cursor: '1:10', states, now: 0, hidden: false, ...given }
  holder.receive({ kind: 'attach', page, attachment }, (message) => told.push(message))
  return {
    told,
    say: (kind: 'seen' | 'hidden' | 'detach') =>
      holder.receive({ kind, page }, (message) => told.push(message)),
    of: <Kind extends ToPage['kind']>(kind: Kind) =>
      told.filter((message): message is Extract<ToPage, { kind: Kind }> => message.kind === kind),
    line: () => told.findLast((message) => message.kind === 'status')?.live,
  }
}

const soon = (ms = 20) => vi.advanceTimersByTimeAsync(ms)
const last = () => opened.at(-1) as Opened
function hello(hubs: Record<string, number>, more: Partial<StreamEvents['hello']> = {}): StreamEvent {
  const said = { cursor: '1:10', heartbeat: 20, now: 100_000, through: 99_000, build: 'b', hubs, ...more }
  return { name: 'hello', data: said }
}
const widget = (
  id: string,
  from: Partial<WidgetSnapshot> & { href?: string },
  cursor?: string,
): StreamEvent => {
  const { type: _, data: __, ...base } = state('', '')
  return { name: 'widget', data: { id, ...base, ...from }, ...(cursor !== undefined && { id: cursor }) }
}

const a = hub('a', 1, placed('a1', 'A'))
const b = hub('b', 1, placed('b1', 'B'))

test('another hub opens a stream for both at the lowest cursor, and the old one ends after the new hello', async () => {
  attach(a, { cursor: '1:20' })
  await soon()
  opened[0]?.say(hello({ a: 1 }))
  attach(b, { cursor: '1:10' })
  await soon()
  expect(opened).toHaveLength(2)
  expect(last()).toMatchObject({ hubs: ['a', 'b'], cursor: '1:10' })
  expect(opened[0]?.signal.aborted).toBe(false)
  last().say(hello({ a: 1, b: 1 }))
  await soon()
  expect(opened[0]?.signal.aborted).toBe(true)
})

test('while a stream is replaced, what the old one brings is shown and pages stay live', async () => {
  const page = attach(a)
  await soon()
  opened[0]?.say(hello({ a: 1 }))
  attach(b)
  await soon()
  opened[0]?.say(widget('a1', { key: 'A', version: '1:30', data: 'new' }, '1:30'))
  await soon()
  expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '1:30', data: 'new' }])
  expect(page.line()).toEqual({ kind: 'live' })
})

test('a page of a hub that is followed already is told what is newer, without another stream', async () => {
  attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  last().say(widget('a1', { key: 'A', version: '1:30', data: 'new' }, '1:30'))
  await soon()
  const late = attach(a, { page: 'late' })
  await soon()
  expect(late.of('states')).toMatchObject([
    { states: [{ version: '1:30', data: 'new' }], upTo: { revision: 1, cursor: '1:30' } },
  ])
  expect(opened).toHaveLength(1)
})

test('a hub is left a minute after a page last showed it', async () => {
  const page = attach(a)
  attach(b)
  await soon()
  last().say(hello({ a: 1, b: 1 }))
  page.say('detach')
  for (let n = 0; n < 2; n++) {
    await soon(25_000)
    holder.receive({ kind: 'seen', page: 'b' }, () => {})
  }
  expect(last().hubs).toEqual(['a', 'b'])
  await soon(25_000)
  expect(last().hubs).toEqual(['b'])
})

test('a hidden page keeps its hub for five minutes, and is asked who it is when it is seen after that', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  page.say('hidden')
  await soon(290_000)
  expect(last().signal.aborted).toBe(false)
  await soon(30_000)
  expect(last().signal.aborted).toBe(true)
  page.say('seen')
  expect(page.told.at(-1)).toEqual({ kind: 'who' })
})

test('more than fifty hubs take two streams', async () => {
  for (let n = 0; n < 60; n++) attach(hub(`h${n}`, 1))
  await soon()
  expect(opened.map(({ hubs }) => hubs.length)).toEqual([50, 10])
})

test('data that does not travel in the frame is read once, for all pages', async () => {
  const first = attach(a)
  const second = attach(a, { page: 'second' })
  await soon()
  last().say(hello({ a: 1 }))
  last().say(widget('a1', { key: 'A', version: '1:31', href: '/api/v1/data/A/1/30?widget=a1' }, '1:31'))
  await soon()
  expect(reads).toEqual(['/api/v1/data/A/1/30?widget=a1'])
  for (const page of [first, second])
    expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '1:31', data: 'large' }])
})

test('data at an address that a server of another build gave is read with its widget', async () => {
  const page = attach(a)
  await soon()
  served.states = { a1: state('A', '1:31') }
  last().say(hello({ a: 1 }))
  last().say(widget('a1', { key: 'A', version: '1:31', href: '/api/v1/data/A/1/30' }, '1:31'))
  await soon()
  expect(reads).toEqual(['/api/v1/data/A/1/30', 'widget a1'])
  expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '1:31', data: served.states.a1?.data }])
})

test('a manifest makes it read what differs and nothing else, many of one hub at once', async () => {
  const widgets = [1, 2, 3, 4, 5, 6].map((n) => placed(`w${n}`, `K${n}`))
  attach(hub('many', 1, ...widgets))
  await soon()
  last().say(hello({ many: 1 }))
  const manifest = (epoch: number, count: number) =>
    Object.fromEntries(
      widgets.map(({ id, key = '' }, n) => [id, { key, version: n < count ? `${epoch}:1` : '1:5' }]),
    )
  const serve = (epoch: number) => {
    served.states = Object.fromEntries(widgets.map(({ id, key = '' }) => [id, state(key, `${epoch}:1`)]))
  }
  serve(2)
  last().say({ name: 'resync', data: { widgets: manifest(2, 2) }, id: '2:1' })
  await soon()
  expect(reads).toEqual(['widget w1', 'widget w2'])
  serve(3)
  last().say({ name: 'resync', data: { widgets: manifest(3, 6) }, id: '3:1' })
  await soon()
  expect(reads.slice(2)).toEqual(['snapshot many'])
})

test('what cannot be read is tried again, and a page that goes on elsewhere begins before it', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  last().say({ name: 'resync', data: { widgets: { a1: { key: 'A', version: '2:1' } } }, id: '2:1' })
  await soon(4_000)
  expect(page.line()?.kind).toBe('paused')
  expect(page.of('states').some(({ upTo }) => upTo?.cursor === '2:1')).toBe(false)
  served.states = { a1: state('A', '2:1') }
  await soon(30_000)
  expect(page.of('states').at(-1)).toMatchObject({ states: [{ version: '2:1' }] })
  expect(page.line()).toEqual({ kind: 'live' })
})

test('a layout that was edited is read and told, with the results it names', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  served.hubs.a = hub('a', 2, placed('a1', 'A2'))
  last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  last().say(widget('a1', { key: 'A2', version: '1:3', data: 'lower' }))
  await soon()
  expect(page.of('layout')).toMatchObject([{ layout: { revision: 2 } }])
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', data: 'lower' }])
  expect(reads).toEqual(['hub a'])
})

test('a key that comes back to the layout is read, for it was not followed meanwhile', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  served.hubs.a = hub('a', 2, placed('a1', 'A2'))
  last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  last().say(widget('a1', { key: 'A2', version: '1:40', data: 'other' }, '1:40'))
  await soon()
  served.hubs.a = hub('a', 3, placed('a1', 'A'))
  served.states.a1 = state('A', '1:30')
  last().say({ name: 'layout', data: { hub: 'a', revision: 3, keys: { a1: 'A' } } })
  last().say({ name: 'lost' })
  await soon()
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A', version: '1:30' }])
})

test('a layout edited while away is seen in the hello, and all its widgets are read', async () => {
  const page = attach(a)
  await soon()
  served.hubs.a = hub('a', 4, placed('a1', 'A'), placed('a2', 'A2'))
  served.states = { a1: state('A', '1:8'), a2: state('A2', '1:2') }
  last().say(hello({ a: 4 }))
  await soon()
  expect(reads.sort()).toEqual(['hub a', 'widget a1', 'widget a2'])
  expect(page.of('layout').at(-1)?.layout.revision).toBe(4)
  expect(page.of('states').flatMap(({ states }) => states.map(({ version }) => version))).toContain('1:8')
})

test('a build that gives a widget another key at the same revision is followed', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }, { keys: { a: { a1: 'A' } } }))
  await soon()
  expect(reads).toEqual([])
  served = { hubs: { a: hub('a', 1, placed('a1', 'A2')) }, states: { a1: state('A2', '1:3') } }
  last().say(hello({ a: 1 }, { build: 'c', keys: { a: { a1: 'A2' } } }))
  await soon(100)
  expect(reads).toEqual(['hub a', 'widget a1'])
  expect(page.of('layout').at(-1)?.layout.widgets[0]?.key).toBe('A2')
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', version: '1:3' }])
  expect(page.line()).toEqual({ kind: 'live' })
})

test('of two layouts of one revision the stream says which is right', async () => {
  attach(a)
  await soon()
  last().say(hello({ a: 1 }, { keys: { a: { a1: 'A' } } }))
  await soon()
  served = { hubs: { a: hub('a', 1, placed('a1', 'A2')) }, states: { a1: state('A2', '1:3') } }
  const other = attach(hub('a', 1, placed('a1', 'A2')), { page: 'other' })
  await soon()
  expect(other.of('layout').at(-1)?.layout.widgets[0]?.key).toBe('A')
  expect(opened).toHaveLength(2)
  last().say(hello({ a: 1 }, { keys: { a: { a1: 'A2' } } }))
  await soon(100)
  expect(other.of('layout').at(-1)?.layout.widgets[0]?.key).toBe('A2')
})

test('a layout that cannot be read pauses its pages', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  served.hubs.a = a
  last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  await soon(9_000)
  expect(page.line()).toMatchObject({ kind: 'paused' })
  served = { hubs: { a: hub('a', 2, placed('a1', 'A2')) }, states: { a1: state('A2', '1:30') } }
  await soon(20_000)
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', version: '1:30' }])
  last().say({ name: 'beat', data: { now: 130_000, through: 130_000 } })
  await soon()
  expect(page.line()).toEqual({ kind: 'live' })
})

test('a stream that stays behind the page pauses it', async () => {
  served.hubs.a = hub('a', 3, placed('a1', 'A'))
  const page = attach(served.hubs.a)
  await soon()
  last().say(hello({ a: 2 }))
  await soon(9_000)
  last().say({ name: 'beat', data: { now: 109_000, through: 109_000 } })
  await soon()
  expect(page.line()).toMatchObject({ kind: 'paused' })
})

test('a stream that lags behind, but follows the same keys, pauses nobody', async () => {
  const page = attach(hub('a', 3, placed('a1', 'A')), { widget: 'a1' })
  await soon()
  last().say(hello({ a: 2 }, { keys: { a: { a1: 'A' } } }))
  await soon(9_000)
  last().say({ name: 'beat', data: { now: 109_000, through: 109_000 } })
  await soon()
  expect(reads).toEqual([])
  expect(page.line()).toEqual({ kind: 'live' })
})

test('a hub that is gone is told and no longer asked for, the others go on', async () => {
  const page = attach(a)
  attach(b)
  await soon()
  last().say(hello({ a: 1, b: 1 }))
  served.hubs.b = b
  last().say({ name: 'gone', data: { hub: 'a' } })
  await soon()
  expect(page.told.at(-1)).toEqual({ kind: 'gone', page: 'a' })
  expect(last().signal.aborted).toBe(false)
})

test('a hub that one server does not know yet is asked for again', async () => {
  const page = attach(a)
  await soon()
  served.hubs.a = a
  last().say(hello({}))
  last().say({ name: 'gone', data: { hub: 'a' } })
  await soon(2_000)
  expect(page.of('gone')).toEqual([])
  expect(opened).toHaveLength(2)
  expect(last()).toMatchObject({ hubs: ['a'], cursor: '1:10' })
})

test('a refused stream is asked for again without what is gone', async () => {
  const page = attach(a)
  attach(b)
  await soon()
  served.hubs.b = b
  last().refuse(404)
  await soon()
  expect(page.told.at(-1)).toEqual({ kind: 'gone', page: 'a' })
  expect(last().hubs).toEqual(['b'])
})

test('offline is paused at once; online asks again at once; a hello proves either', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  await soon()
  holder.receive({ kind: 'network', online: false }, () => {})
  expect(page.line()?.kind).toBe('paused')
  expect(opened).toHaveLength(2)
  holder.receive({ kind: 'network', online: false }, () => {})
  expect(opened).toHaveLength(2)
  holder.receive({ kind: 'network', online: true }, () => {})
  expect(opened).toHaveLength(3)
  last().say(hello({ a: 1 }))
  await soon()
  expect(page.line()).toEqual({ kind: 'live' })
})

test('cut is connecting at first and paused since the last word after ten seconds', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }, { now: 100_000, through: 100_000 }))
  await soon()
  last().say({ name: 'lost' })
  await soon()
  expect(page.line()).toEqual({ kind: 'connecting' })
  await soon(11_000)
  expect(page.line()).toEqual({ kind: 'paused', since: 100_000 })
})

test('a line that falls behind pauses pages although the stream is well, and recovers', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  last().say({ name: 'beat', data: { now: 120_000, through: 105_000 } })
  await soon()
  expect(page.line()).toEqual({ kind: 'paused', since: 105_000 })
  last().say({ name: 'beat', data: { now: 121_000, through: 120_500 } })
  await soon()
  expect(page.line()).toEqual({ kind: 'live' })
})

test('a page that is shown again does not wait for the next try', async () => {
  attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  last().say({ name: 'lost' })
  await soon()
  attach(a)
  expect(opened).toHaveLength(2)
})

test('a page with a newer layout than the stream is not believed about keys the stream did not follow', async () => {
  attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  const newer = hub('a', 2, placed('a1', 'A2'))
  served.hubs.a = newer
  served.states.a1 = state('A2', '1:12')
  last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  await soon(1)
  expect(reads).toEqual(['hub a'])
  const page = attach(newer, { page: 'newer' })
  await soon()
  expect(reads).toEqual(['hub a', 'widget a1'])
  expect(page.of('states').at(-1)?.states).toMatchObject([{ key: 'A2', version: '1:12' }])
})

test('while the server is behind the page, its cursor is not trusted; once it has caught up all is read', async () => {
  const newer = hub('a', 2, placed('a1', 'A2'))
  const page = attach(newer)
  await soon()
  served = { hubs: { a: newer }, states: { a1: state('A2', '1:12') } }
  last().say(hello({ a: 1 }))
  last().say({ name: 'beat', data: { now: 101_000, through: 100_000 }, id: '1:20' })
  last().say({ name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } })
  await soon()
  expect(reads).toEqual(['hub a', 'widget a1'])
  expect(page.of('states').at(-1)).toMatchObject({ states: [{ version: '1:12' }] })
  expect(page.of('states').filter(({ upTo }) => upTo?.cursor === '1:20')).toEqual([])
})

test('a check that found nothing new is not joined to data older than what the manifest named', async () => {
  const page = attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  await soon()
  // Read before the check, so its answer is older than the check but newer than what the page has.
  served.states.a1 = state('A', '2:9', 'nine')
  last().say({ name: 'resync', data: { widgets: { a1: { key: 'A', version: '2:9' } } }, id: '2:9' })
  last().say(widget('a1', { key: 'A', version: '2:10' }, '2:10'))
  await soon(1)
  served.states.a1 = state('A', '2:10', 'nine')
  await soon(1_000)
  expect(page.of('states').at(-1)?.states).toMatchObject([{ version: '2:10', data: 'nine' }])
  expect(page.of('states').flatMap(({ states }) => states.filter(({ data }) => data === 'A 1:5'))).toEqual([])
})

test('what another page knows of a key that is being read does not stand in for it', async () => {
  attach(a)
  await soon()
  last().say(hello({ a: 1 }))
  served.states.a1 = state('A', '2:1', 'one')
  last().say({ name: 'resync', data: { widgets: { a1: { key: 'A', version: '2:1' } } }, id: '2:1' })
  await soon(1)
  expect(reads).toEqual(['widget a1'])
  const page = attach(a, { page: 'one widget', widget: 'a1' })
  last().say(widget('a1', { key: 'A', version: '2:2' }, '2:2'))
  served.states.a1 = state('A', '2:2', 'one')
  await soon(2_000)
  const shown = page.of('states').flatMap(({ states }) => states)
  expect(shown.filter(({ data }) => data !== 'one')).toEqual([])
  expect(shown.at(-1)).toMatchObject({ version: '2:2', data: 'one' })
})
