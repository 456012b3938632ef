import { expect, test } from 'vitest'
import { openDurations } from './base/durations.ts'
import { timedStore } from './timed-store.ts'

test('calls that answer by a promise are measured, as they are otherwise', async () => {
  const durations = openDurations({ name: 'x', help: 'X.', labels: ['store', 'call', 'outcome'] })
  const store = timedStore(
    {
      read: async (n: number) => n + 1,
      fail: () => Promise.reject(new Error('no')),
      plain: () => 7,
      get size() {
        return 3
      },
    },
    'cache',
    durations,
  )
  expect(await store.read(1)).toBe(2)
  await expect(store.fail()).rejects.toThrow('no')
  expect([store.plain(), store.size]).toEqual([7, 3])
  const { values } = await durations.metric.get()
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'))
  expect(counts.map(({ labels, value }) => [labels.call, labels.outcome, value])).toEqual([
    ['read', 'done', 1],
    ['fail', 'failed', 1],
  ])
})
