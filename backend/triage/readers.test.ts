import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Interest } from '#widgets/define.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { matchingIndex } from './matching.ts'
import { readersInvalidator, readersOf } from './readers.ts'

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

test('readers of what was removed are invalidated once the cache is there, and are due', async () => {
  const index = matchingIndex<InvalidationTarget>()
  index.add('a', [{ topic: 'ci.>' }], { key: 'reader', reads: true, settle: 0 })
  const asked: string[][] = []
  let due = 0
  const invalidate = readersInvalidator({
    index,
    cache: {
      async invalidate(marks) {
        asked.push(marks.map(({ key }) => key))
        if (asked.length === 1) throw new Error('away')
        return { due: true, granted: new Map() }
      },
    },
    onDue: () => due++,
    logger: pino({ level: 'silent' }),
  })
  await invalidate(new Set(['ci.web']), new AbortController().signal)
  expect(asked).toEqual([['reader'], ['reader']])
  expect(due).toBe(1)
})
