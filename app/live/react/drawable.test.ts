import { expect, test } from 'vitest'
import type { HubWidget } from '#contract/hub.ts'
import { drawable } from './drawable.ts'
import { asOutdated, waiting } from './live-widget.ts'

const placed = (id: string, type: string, version: number, title = id): HubWidget => ({
  id,
  type,
  title,
  config: null,
  position: { x: 0, y: 0, w: 1, h: version },
  key: `${id}@${version}`,
  schema: `${type}@${version}`,
})
const layout = (revision: number, ...widgets: HubWidget[]) => ({ revision, widgets })

test('a layout of the same types is drawn as it is', () => {
  const newest = layout(2, placed('w', 'notes', 1), placed('v', 'notes', 1))
  expect(drawable(layout(1, placed('w', 'notes', 1)), newest, true)).toEqual({
    layout: newest,
    outdated: new Set(),
  })
})

test('a card of a newer schema keeps what it had, in its new place and under its new title', () => {
  const { layout: shown, outdated } = drawable(
    layout(1, placed('w', 'notes', 1)),
    layout(2, placed('w', 'notes', 2, 'New')),
    true,
  )
  expect(outdated).toEqual(new Set(['w']))
  expect(shown.widgets).toEqual([{ ...placed('w', 'notes', 1, 'New'), position: { x: 0, y: 0, w: 1, h: 2 } }])
})

test('a type the page has not seen is drawn by the same build, and not by another', () => {
  const newest = layout(2, placed('w', 'notes', 1), placed('n', 'news', 1))
  expect(drawable(layout(1, placed('w', 'notes', 1)), newest, false).outdated).toEqual(new Set())
  expect(drawable(layout(1, placed('w', 'notes', 1)), newest, true).outdated).toEqual(new Set(['n']))
})

test('a widget whose type is gone shows why, and is not taken for outdated', () => {
  const problem = { code: 'type-gone', message: 'There is no such type.', reference: 'r' }
  const { key: _, schema: __, ...rest } = placed('w', 'notes', 1)
  const lost: HubWidget = { ...rest, problem }
  expect(drawable(layout(1, placed('w', 'notes', 1)), layout(2, lost), true).outdated).toEqual(new Set())
  expect(waiting(lost).state).toMatchObject({ status: 'unavailable', error: problem, data: null })
})

test('stand-ins are the same object each time', () => {
  const widget = placed('w', 'notes', 1)
  expect(waiting(widget)).toBe(waiting(widget))
  expect(asOutdated(waiting(widget))).toBe(asOutdated(waiting(widget)))
  expect(asOutdated(waiting(widget)).outdated).toBe(true)
})
