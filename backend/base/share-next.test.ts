import { expect, test } from 'vitest'
import { shareNext } from './share-next.ts'

test('all who ask while one goes on share the next, which begins after they asked', async () => {
  const ends: (() => void)[] = []
  const ask = shareNext(() => new Promise((resolve) => ends.push(resolve)))
  const first = ask()
  await expect.poll(() => ends.length).toBe(1)
  const second = ask()
  expect(ask()).toBe(second)
  ends[0]?.()
  await first
  await expect.poll(() => ends.length).toBe(2)
  const third = ask()
  expect(third).not.toBe(second)
  ends[1]?.()
  await second
  await expect.poll(() => ends.length).toBe(3)
  ends[2]?.()
  await third
})

test('one that fails is told to those who share it, and the next is tried', async () => {
  let runs = 0
  const ask = shareNext(async () => {
    runs += 1
    if (runs === 1) throw new Error('away')
  })
  const both = await Promise.allSettled([ask(), ask()])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await ask()
  expect(runs).toBe(2)
})
