import { expect, test } from 'vitest'
import { together } from './together.ts'

function setUp() {
  const begun: (readonly number[])[] = []
  const end: ((error?: Error) => void)[] = []
  const ask = together<number, number>(
    (items) => {
      begun.push(items)
      return new Promise((resolve, reject) => {
        end.push((error) => (error ? reject(error) : resolve(items.length)))
      })
    },
    { most: 4, atOnce: 2 },
  )
  return { ask, begun, end }
}

test('what is asked while as much as may be is under way goes together, in order, as far as it fits', async () => {
  const { ask, begun, end } = setUp()
  const asked = [[1], [2], [3, 4], [5], [6, 7], [8, 9, 10, 11, 12]].map(ask)
  expect(begun).toEqual([[1], [2]])
  end[0]?.()
  expect(await asked[0]).toBe(1)
  expect(begun.slice(2)).toEqual([[3, 4, 5]])
  end[1]?.()
  await asked[1]
  expect(begun.slice(3)).toEqual([[6, 7]])
  end[2]?.()
  expect(await Promise.all([asked[2], asked[3]])).toEqual([3, 3])
  expect(begun.slice(4)).toEqual([[8, 9, 10, 11, 12]])
})

test('a failure is that of those who asked for it, and of no other', async () => {
  const { ask, end } = setUp()
  const asked = [[1], [2], [3]].map(ask)
  end[0]?.(new Error('no'))
  await expect(asked[0]).rejects.toThrow('no')
  end[1]?.()
  end[2]?.()
  expect(await Promise.all([asked[1], asked[2]])).toEqual([1, 1])
})
