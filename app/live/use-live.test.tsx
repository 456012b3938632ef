import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { HubView, Snapshot, WidgetSnapshot } from '#backend/wire.ts'
import { useLiveHub, useLiveWidget } from './use-live.ts'

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

function HubText(props: Parameters<typeof useLiveHub>[0]) {
  const { hub: shown, widgets, live, clock, newBuild, gone } = useLiveHub(props)
  const cards = shown.widgets.map(
    ({ id }) => `${id}: ${widgets[id]?.state.status} ${widgets[id]?.state.data}`,
  )
  return <pre>{[shown.title, live.kind, clock(), newBuild, gone, ...cards].join('\n')}</pre>
}
function WidgetText(props: Parameters<typeof useLiveWidget>[0]) {
  const { widget, shown, live } = useLiveWidget(props)
  return <pre>{[widget.title, shown.state.data, JSON.stringify(live)].join('\n').replaceAll('"', '')}</pre>
}

test('on the server a hub is drawn with all its data, widgets that share a key too', () => {
  expect(renderToString(<HubText hub={hub} {...rest} />)).toBe(
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
  renderToString(<HubText hub={hub} {...rest} snapshot={{ ...snapshot, widgets: { one: newer } }} />)
  expect(renderToString(<HubText hub={hub} {...rest} />)).toContain('one: fresh data of K')
})

test('one widget is drawn alone, and says since when it is paused', () => {
  const [widget] = hub.widgets
  if (!widget) throw new Error('no widget')
  expect(renderToString(<WidgetText hub="a" widget={widget} {...rest} paused />)).toBe(
    '<pre>one\ndata of K\n{kind:paused,since:4000}</pre>',
  )
})
