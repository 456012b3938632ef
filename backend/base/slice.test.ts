import { expect, test } from 'vitest'
import { inSlices, openSlice } from './slice.ts'

/** Turns of the event loop that others have while `work` goes on. */
async function turnsOfOthers(work: () => Promise<void>): Promise<number> {
  let turns = 0
  let going = true
  const turn = () => {
    turns += 1
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  going = false
  return turns
}

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('long work lets others have their turn, and leaves nothing out', async () => {
  const done: number[] = []
  const turns = await turnsOfOthers(() =>
    inSlices([1, 2, 3, 4, 5, 6], (item) => {
      busyFor(6)
      done.push(item)
    }),
  )
  expect(done).toEqual([1, 2, 3, 4, 5, 6])
  expect(turns).toBeGreaterThanOrEqual(2)
})

test('it is told as each further slice begins', async () => {
  const told: (number | string)[] = []
  await inSlices(
    [1, 2, 3],
    (item) => {
      busyFor(3)
      told.push(item)
    },
    { ms: 2, onNext: () => told.push('next') },
  )
  expect(told).toEqual([1, 'next', 2, 'next', 3, 'next'])
})

test('a slice is over after its time, and the next one begins after others had their turn', async () => {
  const slice = openSlice(5)
  expect(slice.isOver).toBe(false)
  busyFor(6)
  expect(slice.isOver).toBe(true)
  expect(await turnsOfOthers(() => slice.next())).toBeGreaterThanOrEqual(1)
  expect(slice.isOver).toBe(false)
})
