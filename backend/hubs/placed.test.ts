import { expect, test } from 'vitest'
import { type Placed, type PlacedWidget, placer } from './placed.ts'
import type { StoredHub } from './stored-hub.ts'
import { at, typeOf } from './types.fixtures.ts'

const secret = 's'.repeat(32)
const place = placer({ typeOf, secret, secrets: {} })

function hubOf(type: string, config: object, more: Partial<StoredHub> = {}): StoredHub {
  const widget = {
    id: 'w1',
    type,
    title: null,
    config: config as StoredHub['widgets'][0]['config'],
    position: at(0),
  }
  return {
    ...{ slug: 'team', title: 'Team', summary: '', visibility: 'public', embedOrigins: [], revision: 1 },
    widgets: [widget],
    ...more,
  }
}

const one = (hub: StoredHub, by = place): Placed => by(hub).widgets[0] as Placed
const placed = (hub: StoredHub, by = place): PlacedWidget => {
  const widget = one(hub, by)
  if (widget.problem) throw new Error(widget.problem.message)
  return widget
}

test('a widget knows its type, its parsed config and its interests', () => {
  expect(placed(hubOf('text', { text: 'a' }))).toMatchObject({
    id: 'w1',
    hub: 'team',
    title: 'Text',
    rawConfig: { text: 'a' },
    config: { text: 'a', size: 'small' },
    params: { text: 'a' },
    interests: [{ topic: 'text.changed', where: { subject: 'a' } }],
    schema: 'text@1',
  })
})

test('the key is type, version, params and scope, and the same for all that share them', () => {
  const { key } = placed(hubOf('text', { text: 'a' }))
  expect(key).toMatch(/^text@1:[\w-]{22}:shared$/)
  expect(placed(hubOf('text', { text: 'a', size: 'large' }, { slug: 'other' })).key).toBe(key)
  expect(placed(hubOf('text', { text: 'b' })).key).not.toBe(key)
})

test('the key of one hub’s data is no other hub’s, and follows the title its loader is given', () => {
  const { key } = placed(hubOf('of-hub', {}))
  expect(key).toMatch(/^of-hub@3:[\w-]{22}:hub\.team$/)
  expect(placed(hubOf('of-hub', {}, { slug: 'other' })).key).not.toBe(key)
  expect(placed(hubOf('of-hub', {}, { title: 'Renamed' })).key).not.toBe(key)
})

test('a secret makes another key, and is not to be read from it', () => {
  const by = (token: string) => placer({ typeOf, secret, secrets: { GITHUB_TOKEN: token } })
  const keys = [place, by('one'), by('two'), by('one')].map(
    (each) => placed(hubOf('secretive', {}), each).key,
  )
  expect(new Set(keys).size).toBe(3)
  expect(keys[1]).toBe(keys[3])
  expect(placed(hubOf('text', { text: 'a' }), by('one')).key).toBe(placed(hubOf('text', { text: 'a' })).key)
})

test('the token hides the key and is the same in all processes of one secret', () => {
  const { token } = placed(hubOf('text', { text: 'a' }))
  expect(token).toMatch(/^[\w-]{22}$/)
  expect(placed(hubOf('text', { text: 'a' })).token).toBe(token)
  const elsewhere = placer({ typeOf, secret: 't'.repeat(32), secrets: {} })
  expect(placed(hubOf('text', { text: 'a' }), elsewhere).token).not.toBe(token)
})

test('a type that is gone, and config it no longer takes, cost that widget alone', () => {
  expect(one(hubOf('vanished', {})).problem).toEqual({
    code: 'type-gone',
    message: expect.stringContaining('no widget type “vanished”'),
  })
  expect(one(hubOf('text', { text: 5 })).problem).toEqual({
    code: 'config-refused',
    message: expect.stringContaining('what “Text” takes: /text must be a text.'),
  })
  expect(one(hubOf('throwing', {})).problem?.code).toBe('config-refused')
  expect(one(hubOf('text', 'text' as unknown as object)).problem?.code).toBe('config-refused')
})

test('the text of a hub is read once for its ids and for those who ask for its widgets as it comes', () => {
  let reads = 0
  const stored = hubOf('text', { text: 'a' })
  const hub = place({
    ...stored,
    get widgets() {
      reads += 1
      return stored.widgets
    },
  })
  expect(hub.widgetIds.map((id) => hub.widget(id)?.type)).toEqual(['text'])
  expect(hub.widgets).toHaveLength(1)
  expect(reads).toBe(1)
})
