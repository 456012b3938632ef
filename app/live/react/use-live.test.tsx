import { renderToString } from 'react-dom/server'
import { describe, expect, test, vi } from 'vitest'
import type { HubView } from '#contract/hub.ts'
import type { Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import { newQueryClient } from './document.ts'
import * as onServer from './use-live.ts'

const state = (key: string): WidgetSnapshot => ({
  key,
  version: '1:5',
  schema: 'notes@1',
  type: 'notes',
  status: 'fresh',
  loadedAt: 1,
  checkedAt: 1,
  data: `data of ${key}`,
})
const placed = (id: string, key: string) => ({
  id,
  type: 'notes',
  title: id,
  config: null,
  position: { x: 0, y: 0, w: 1, h: 1 },
  key,
  schema: 'notes@1',
})
const hub: HubView = {
  slug: 'a',
  title: 'A',
  summary: '',
  visibility: 'public',
  embedOrigins: [],
  revision: 1,
  widgets: [placed('one', 'K'), placed('two', 'K'), placed('three', 'L'), placed('four', 'unread')],
}
const snapshot: Snapshot = {
  cursor: '1:9',
  now: 5_000,
  through: 4_000,
  revision: 1,
  widgets: { one: state('K'), two: state('K'), three: state('L') },
}
const rest = { snapshot, paused: false, build: 'b' }

type Hooks = Pick<typeof onServer, 'useLiveHub' | 'useLiveWidget'>

function HubText({ hooks: { useLiveHub }, ...start }: { hooks: Hooks } & onServer.HubStart) {
  const { hub: shown, widgets, live, clock, newBuild, gone } = useLiveHub(start)
  const cards = shown.widgets.map(
    ({ id }) => `${id}: ${widgets[id]?.state.status} ${widgets[id]?.state.data}`,
  )
  return <pre>{[shown.title, live.kind, clock(), newBuild, gone, ...cards].join('\n')}</pre>
}
function WidgetText({ hooks: { useLiveWidget }, ...start }: { hooks: Hooks } & onServer.WidgetStart) {
  const { widget, shown, live } = useLiveWidget(start)
  return <pre>{[widget.title, shown.state.data, JSON.stringify(live)].join('\n').replaceAll('"', '')}</pre>
}

test('on the server a hub is drawn with all its data, widgets that share a key too', () => {
  expect(renderToString(<HubText hooks={onServer} hub={hub} {...rest} />)).toBe(
    `<pre>${[
      'A',
      'connecting',
      '5000',
      'false',
      'false',
      'one: fresh data of K',
      'two: fresh data of K',
      'three: fresh data of L',
      'four: loading null',
    ].join('\n')}</pre>`,
  )
})

test('two renders on the server share nothing', () => {
  const newer = { ...state('K'), version: '9:9', data: 'of another reader' }
  const start = { ...rest, snapshot: { ...snapshot, widgets: { one: newer } } }
  renderToString(<HubText hooks={onServer} hub={hub} {...start} />)
  expect(renderToString(<HubText hooks={onServer} hub={hub} {...rest} />)).toContain('one: fresh data of K')
})

test('one widget is drawn alone, and says since when it is paused', () => {
  const [widget] = hub.widgets
  if (!widget) throw new Error('no widget')
  expect(renderToString(<WidgetText hooks={onServer} hub="a" widget={widget} {...rest} paused />)).toBe(
    '<pre>one\ndata of K\n{kind:paused,since:4000}</pre>',
  )
})

/** All that cards are drawn from. */
function Everything({ hooks, start }: { hooks: Hooks; start: onServer.HubStart }) {
  const { clock, retry: _retry, ...said } = hooks.useLiveHub(start)
  return <pre>{JSON.stringify([clock(), said])}</pre>
}
function EverythingOfOne({ hooks, start }: { hooks: Hooks; start: onServer.WidgetStart }) {
  const { clock, retry: _retry, ...said } = hooks.useLiveWidget(start)
  return <pre>{JSON.stringify([clock(), said])}</pre>
}

describe('what the browser renders first is what the server sent', () => {
  /** The hooks as the browser has them, with a document that has just been opened. */
  async function inBrowser(): Promise<Hooks> {
    const page = { clock: () => snapshot.now, attach: () => () => {} }
    vi.resetModules()
    vi.stubGlobal('window', {})
    vi.doMock('./document.ts', () => ({ liveDocument: () => ({ client: newQueryClient(), page }) }))
    try {
      return await import('./use-live.ts')
    } finally {
      vi.doUnmock('./document.ts')
      vi.unstubAllGlobals()
    }
  }

  const { key: _key, ...unplaced } = placed('refused', '')
  const problem = { code: 'config', message: 'Its settings are not right.', reference: 'r' }
  const unloaded: WidgetSnapshot = {
    ...state('M'),
    status: 'loading',
    loadedAt: null,
    checkedAt: null,
    data: null,
  }
  const failed: WidgetSnapshot = {
    ...state('N'),
    status: 'failed',
    error: { code: 'timeout', message: 'It took too long.', reference: 'q' },
  }
  const widgets = [...hub.widgets, placed('five', 'M'), placed('six', 'N'), { ...unplaced, problem }]
  const states = { ...snapshot.widgets, five: unloaded, six: failed }
  const start = { hub: { ...hub, widgets }, snapshot: { ...snapshot, widgets: states }, build: 'b' }

  test.each([false, true])('of a hub, paused: %s', async (paused) => {
    const browser = await inBrowser()
    const [there, here] = [onServer, browser].map((hooks) =>
      renderToString(<Everything hooks={hooks} start={{ ...start, paused }} />),
    )
    expect(browser.useLiveHub).not.toBe(onServer.useLiveHub)
    expect(here).toContain('It took too long.')
    expect(here).toBe(there)
  })

  test.each(widgets.map((widget) => [widget.id, widget] as const))('of the widget %s', async (id, widget) => {
    const own = states[id as keyof typeof states]
    const given = { hub: 'a', widget, snapshot: { ...snapshot, widgets: own ? { [id]: own } : {} } }
    const [there, here] = [onServer, await inBrowser()].map((hooks) =>
      renderToString(<EverythingOfOne hooks={hooks} start={{ ...given, paused: false, build: 'b' }} />),
    )
    expect(here).toBe(there)
  })
})
