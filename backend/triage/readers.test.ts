import { expect, test } from 'vitest'
import type { Interest } from '#widgets/define.ts'
import type { Placed } from '../hubs/placed.ts'
import { readersOf } from './readers.ts'

const placed = (id: string, key: string, interests: readonly Interest[], reads?: 'events') =>
  ({ id, key, interests, widgetType: { definition: { reads } } }) as unknown as Placed

test('what read the log on a topic is found by topic alone, each key once', () => {
  const widgets = [
    placed('a', 'wide', [{ topic: 'ci.>' }], 'events'),
    placed('b', 'wide', [{ topic: 'ci.>' }], 'events'),
    placed('c', 'choosy', [{ topic: 'ci.*', where: { 'data.branch': 'main' } }], 'events'),
    placed('d', 'elsewhere', [{ topic: 'deploy.>' }], 'events'),
    placed('e', 'no reader', [{ topic: 'ci.>' }]),
    placed('f', 'no pattern', [{ topic: 'ci..web' }, { topic: 'ci.web' }], 'events'),
    { id: 'g', problem: { code: 'type-gone', message: '' } } as Placed,
  ]
  expect([...readersOf(['ci.web', 'ci.api'], widgets)].sort()).toEqual(['choosy', 'no pattern', 'wide'])
  expect([...readersOf([], widgets)]).toEqual([])
})
