import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LiveStatus } from '../core/live-state.ts'
import type { ToHolder, ToPage } from '../core/messages.ts'
import { newQueryClient } from '../react/document.ts'
import type { LiveWidget } from '../react/live-widget.ts'
import { pageCache, resultAt, statusAt } from '../react/query-cache.ts'
import { openPage } from './page.ts'
import { rest } from './rest.ts'

interface Opened {
  readonly sent: ToHolder[]
  say(message: ToPage): void
  closed: boolean
}

const state = (version: string) => ({
  key: 'k',
  version,
  schema: 'notes@1',
  type: 'notes',
  status: 'fresh' as const,
  loadedAt: 1,
  checkedAt: 1,
  data: version,
})
const widgets = [
  { id: 'w', type: 'notes', title: '', config: null, position: { x: 0, y: 0, w: 1, h: 1 }, key: 'k' },
]
const start = {
  hub: 'a',
  layout: { revision: 1, widgets },
  cursor: '1:9',
  now: 1_000,
  states: [state('1:5')],
}

let opened: Opened[]
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  opened = []
})
afterEach(() => {
  vi.useRealTimers()
})

function page(hidden = false) {
  const client = newQueryClient()
  const environment = { now: () => performance.now(), random: Math.random, rest }
  const made = openPage({
    cache: pageCache(client),
    environment,
    hidden,
    connect(receive) {
      const channel: Opened = { sent: [], say: receive, closed: false }
      opened.push(channel)
      return {
        send: (message) => void channel.sent.push(message),
        close() {
          channel.closed = true
        },
      }
    },
  })
  return { ...made, client }
}
const last = () => opened.at(-1) as Opened
const kinds = () => last().sent.map(({ kind }) => kind)
const attached = () => last().sent.findLast((message) => message.kind === 'attach')
const line = (client: ReturnType<typeof newQueryClient>) => client.getQueryData<LiveStatus>(statusAt('hub a'))

test('hands over what it was rendered with once somebody asks who is there', () => {
  page().attach(start)
  expect(kinds()).toEqual([])
  last().say({ kind: 'who' })
  expect(attached()?.attachment).toMatchObject({
    hub: 'a',
    cursor: '1:9',
    states: [state('1:5')],
    hidden: false,
  })
})

test('hands over the newest it knows, and the cursor that goes with it, to the next holder', () => {
  const { attach, client } = page()
  attach(start)
  last().say({ kind: 'who' })
  const id = attached()?.page ?? ''
  last().say({ kind: 'states', page: id, states: [state('1:20')], upTo: { revision: 1, cursor: '1:20' } })
  last().say({ kind: 'who' })
  expect(attached()?.attachment).toMatchObject({ cursor: '1:20', states: [state('1:20')] })
  expect(client.getQueryData<LiveWidget>(resultAt('k'))?.state.data).toBe('1:20')
})

test('a cursor for an older layout than its own says nothing about its widgets', () => {
  page().attach({ ...start, layout: { revision: 2, widgets } })
  last().say({ kind: 'who' })
  const id = attached()?.page ?? ''
  last().say({ kind: 'states', page: id, states: [], upTo: { revision: 1, cursor: '1:20' } })
  last().say({ kind: 'who' })
  expect(attached()?.attachment.cursor).toBe('1:9')
})

test('a holder that does not answer is given up, and the page no longer says live', async () => {
  const { attach, client } = page()
  attach(start)
  last().say({ kind: 'who' })
  last().say({ kind: 'status', page: attached()?.page ?? '', live: { kind: 'live' }, now: 2_000, build: 'b' })
  expect(line(client)?.live).toEqual({ kind: 'live' })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(kinds()).toEqual(['attach', 'seen'])
  expect(opened).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(opened).toHaveLength(2)
  expect(opened[0]?.closed).toBe(true)
  expect(line(client)).toBeNull()
})

test('a holder that answers is kept, and a hidden page asks nothing', async () => {
  const made = page()
  made.attach(start)
  last().say({ kind: 'who' })
  await vi.advanceTimersByTimeAsync(20_000)
  last().say({ kind: 'status', page: attached()?.page ?? '', live: { kind: 'live' }, now: 2_000, build: 'b' })
  await vi.advanceTimersByTimeAsync(5_000)
  made.hide()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(opened).toHaveLength(1)
  expect(kinds()).toEqual(['attach', 'seen', 'hidden'])
  made.show()
  expect(kinds().at(-1)).toBe('attach')
})

test('put aside it lets go of everything, and attaches anew when it comes back', () => {
  const made = page()
  made.attach(start)
  last().say({ kind: 'who' })
  made.suspend()
  expect(kinds().at(-1)).toBe('detach')
  expect(last().closed).toBe(true)
  made.resume()
  expect(opened).toHaveLength(2)
  last().say({ kind: 'who' })
  expect(kinds()).toEqual(['attach'])
})

test('what is gone is not asked for again', () => {
  page().attach(start)
  last().say({ kind: 'who' })
  last().say({ kind: 'gone', page: attached()?.page ?? '' })
  last().say({ kind: 'who' })
  expect(kinds()).toEqual(['attach'])
})

test('what a layout brings back is not vouched for until a holder has said how it stands', () => {
  const { attach } = page()
  attach(start)
  last().say({ kind: 'who' })
  const id = attached()?.page ?? ''
  last().say({ kind: 'layout', page: id, layout: { revision: 2, widgets: [] } })
  last().say({ kind: 'layout', page: id, layout: { revision: 3, widgets } })
  last().say({ kind: 'who' })
  expect(attached()?.attachment).toMatchObject({ layout: { revision: 3 }, states: [] })
  last().say({ kind: 'states', page: attached()?.page ?? '', states: [state('1:5')] })
  last().say({ kind: 'who' })
  expect(attached()?.attachment.states).toMatchObject([{ version: '1:5' }])
})

test('what a layout brings back is not older than it was, though another holder knows no better yet', () => {
  const { attach, client } = page()
  const id = () => attached()?.page ?? ''
  const shown = () => client.getQueryData<LiveWidget>(resultAt('k'))?.state.version
  attach(start)
  last().say({ kind: 'who' })
  last().say({ kind: 'states', page: id(), states: [state('1:7')] })
  last().say({ kind: 'layout', page: id(), layout: { revision: 2, widgets: [] } })
  last().say({ kind: 'who' })
  last().say({ kind: 'layout', page: id(), layout: { revision: 3, widgets } })
  expect(shown()).toBeUndefined()
  last().say({ kind: 'states', page: id(), states: [state('1:6')] })
  expect(shown()).toBeUndefined()
  last().say({ kind: 'states', page: id(), states: [state('1:7')] })
  expect(shown()).toBe('1:7')
})

test('what was said to an earlier attachment changes nothing of what a later one handed over', () => {
  const { attach, client } = page()
  attach(start)
  last().say({ kind: 'who' })
  const earlier = attached()?.page ?? ''
  last().say({ kind: 'who' })
  expect(kinds()).toEqual(['attach', 'detach', 'attach'])
  last().say({ kind: 'layout', page: earlier, layout: { revision: 2, widgets: [] } })
  last().say({ kind: 'layout', page: earlier, layout: { revision: 3, widgets } })
  expect(client.getQueryData<LiveWidget>(resultAt('k'))?.state).toMatchObject({ version: '1:5' })
  last().say({ kind: 'layout', page: attached()?.page ?? '', layout: { revision: 2, widgets: [] } })
  last().say({ kind: 'who' })
  expect(attached()?.attachment.layout).toMatchObject({ revision: 2 })
})

test('put aside, a page no longer says how it stood', () => {
  const { attach, suspend, client } = page()
  attach(start)
  last().say({ kind: 'who' })
  last().say({ kind: 'status', page: attached()?.page ?? '', live: { kind: 'live' }, now: 1, build: 'b' })
  suspend()
  expect(line(client)).toBeNull()
})

test('a way on which nobody ever speaks is tried again', async () => {
  const { attach } = page()
  attach(start)
  await vi.advanceTimersByTimeAsync(25_000)
  expect(opened).toHaveLength(2)
  expect(opened[0]?.closed).toBe(true)
})
