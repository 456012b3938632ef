import { beforeEach, expect, test } from 'vitest'
import type { Place, Stay } from './admission.ts'
import { type Lines, openLines } from './lines.ts'

const [x, y] = ['x', 'y'].map((source): Place => ({ type: 'a', source })) as [Place, Place]

let holds: number
let lines: Lines
beforeEach(() => {
  holds = 2
  lines = openLines({
    hold(place) {
      if (holds === 0) return undefined
      holds--
      return { place, shares: [] } satisfies Stay
    },
    letGo: () => void holds++,
  })
})

const everything = (admits: (place: Place) => boolean = () => true): string[] => {
  const keys: string[] = []
  for (let turn = lines.next(admits); turn; turn = lines.next(admits)) keys.push(turn.key)
  return keys
}

test('each place has its turn, urgent ones first, and in a line the first that came', () => {
  for (const key of ['x1', 'x2', 'x3']) lines.add(key, x, false)
  for (const key of ['y1', 'y2']) lines.add(key, y, false)
  lines.add('x4', x, true)
  expect(everything()).toEqual(['x4', 'y1', 'x1', 'y2', 'x2', 'x3'])
  expect([lines.size, lines.held, lines.waits(x)]).toEqual([0, 0, false])
})

test('a place that is not admitted hides nothing, and keeps its order', () => {
  for (const key of ['x1', 'x2']) lines.add(key, x, true)
  lines.add('y1', y, false)
  expect(everything(({ source }) => source === 'y')).toEqual(['y1'])
  expect([lines.waits(x), lines.waits(y)]).toEqual([true, false])
  expect(everything()).toEqual(['x1', 'x2'])
})

test('who is claimed again keeps its turn; whether it may wait here is asked anew', () => {
  holds = 1
  expect(lines.add('x1', x, false)).toBe(true)
  expect(lines.add('x2', x, false)).toBe(false)
  expect(lines.add('x1', x, false)).toBe(true)
  expect(lines.add('x3', x, false)).toBe(false)
  holds = 1
  expect(lines.add('x2', x, false)).toBe(true)
  expect([lines.size, lines.held]).toEqual([3, 2])
  // An event since makes it urgent.
  expect(lines.add('x3', x, true)).toBe(false)
  expect(everything()).toEqual(['x3', 'x1', 'x2'])
  expect(holds).toBe(2)
})

test('all of a source leave at once', () => {
  lines.add('x1', x, false)
  lines.add('x2', x, true)
  lines.add('y1', y, false)
  lines.drop('x')
  expect([lines.size, lines.held]).toEqual([1, 0])
  expect(everything()).toEqual(['y1'])
  lines.add('y2', y, true)
  lines.clear()
  expect([lines.size, lines.held, everything()]).toEqual([0, 0, []])
})
