import { expect, test } from 'vitest'
import { inSlices } from './in-slices.ts'

test('long work lets others have their turn, and leaves nothing out', async () => {
  let turns = 0
  let going = true
  const turn = () => {
    turns += 1
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  const done: number[] = []
  await inSlices([1, 2, 3, 4, 5, 6], (item) => {
    const until = performance.now() + 6
    while (performance.now() < until);
    done.push(item)
  })
  going = false
  expect(done).toEqual([1, 2, 3, 4, 5, 6])
  expect(turns).toBeGreaterThanOrEqual(2)
})
