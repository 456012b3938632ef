import { expect, test } from 'vitest'
import { batch } from './batch.ts'

const recorded = (options: { most: number; mostSize: number }) => {
  const runs: number[][] = []
  const ask = batch<number, string>({
    ...options,
    async run(asks) {
      runs.push([...asks])
      if (asks.includes(13)) throw new Error('unlucky')
      return asks.map((n) => `reply to ${n}`)
    },
  })
  return { runs, ask }
}

test('what is asked in one turn of the event loop is one run, each with its own reply', async () => {
  const { runs, ask } = recorded({ most: 10, mostSize: 100 })
  const first = Promise.all([1, 2, 3].map((n) => ask(n, 1)))
  expect(await first).toEqual(['reply to 1', 'reply to 2', 'reply to 3'])
  expect(await ask(4, 1)).toBe('reply to 4')
  expect(runs).toEqual([[1, 2, 3], [4]])
})

test('a run has no more asks than it may, and one too large for the others has a run of its own', async () => {
  const { runs, ask } = recorded({ most: 3, mostSize: 10 })
  const sizes = [1, 1, 1, 1, 9, 1, 50, 1]
  await Promise.all(sizes.map((size, n) => ask(n, size)))
  expect(runs).toEqual([[0, 1, 2], [3, 4], [5], [6], [7]])
})

test('what fails is the run, not its neighbours', async () => {
  const { ask } = recorded({ most: 2, mostSize: 10 })
  const settled = await Promise.allSettled([12, 13, 14, 15].map((n) => ask(n, 1)))
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled'])
})
