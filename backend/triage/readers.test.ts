import { expect, test } from 'vitest'
import type { Interest } from '#widgets/define.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { matchingIndex } from './matching.ts'
import { readersOf } from './readers.ts'

test('what read the log on a topic is found by topic alone, each key once', () => {
  const index = matchingIndex<InvalidationTarget>()
  const add = (id: string, key: string, interests: readonly Interest[], reads = true) =>
    index.add(id, interests, { key, reads, settle: 0 })
  add('a', 'wide', [{ topic: 'ci.>' }])
  add('b', 'wide', [{ topic: 'ci.>' }, { topic: '*.web' }])
  add('c', 'choosy', [{ topic: 'ci.*', where: { 'data.branch': 'main' } }])
  add('d', 'elsewhere', [{ topic: 'deploy.>' }])
  add('e', 'no reader', [{ topic: 'ci.>' }], false)
  expect([...readersOf(['ci.web', 'ci.api'], index)].sort()).toEqual(['choosy', 'wide'])
  expect([...readersOf([], index)]).toEqual([])
})
