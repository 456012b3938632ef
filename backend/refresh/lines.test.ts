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

const add = (key: string, place: Place, urgent: boolean, hub = 'h') => lines.add({ key, place, hub }, urgent)

const everything = (admits: (place: Place) => boolean = () => true): string[] => {
  const keys: string[] = []
  for (let turn = lines.next(admits); turn; turn = lines.next(admits)) keys.push(turn.key)
  return keys
}

test('each place has its turn, urgent ones first, and in a line the first that came', () => {
  for (const key of ['x1', 'x2', 'x3']) add(key, x, false)
  for (const key of ['y1', 'y2']) add(key, y, false)
  add('x4', x, true)
  expect(everything()).toEqual(['x4', 'y1', 'x1', 'y2', 'x2', 'x3'])
  expect([lines.size, lines.held, lines.waits(x)]).toEqual([0, 0, false])
})

test('in a line each hub has its turn, and keeps it when it comes again', () => {
  for (const key of ['many1', 'many2', 'many3', 'many4']) add(key, x, false, 'many')
  for (const key of ['some1', 'some2']) add(key, x, false, 'some')
  expect(lines.next(() => true)?.key).toBe('many1')
  add('one1', x, false, 'one')
  add('many2', x, false, 'many')
  expect(everything()).toEqual(['some1', 'many2', 'one1', 'some2', 'many3', 'many4'])
})

test('a place that is not admitted hides nothing, and keeps its order', () => {
  for (const key of ['x1', 'x2']) add(key, x, true)
  add('y1', y, false)
  expect(everything(({ source }) => source === 'y')).toEqual(['y1'])
  expect([lines.waits(x), lines.waits(y)]).toEqual([true, false])
  expect(everything()).toEqual(['x1', 'x2'])
})

test('who is claimed again keeps its turn; whether it may wait here is asked anew', () => {
  holds = 1
  expect(add('x1', x, false)).toBe(true)
  expect(add('x2', x, false)).toBe(false)
  expect(add('x1', x, false)).toBe(true)
  expect(add('x3', x, false)).toBe(false)
  holds = 1
  expect(add('x2', x, false)).toBe(true)
  expect([lines.size, lines.held]).toEqual([3, 2])
  // An event since makes it urgent.
  expect(add('x3', x, true)).toBe(false)
  expect(everything()).toEqual(['x3', 'x1', 'x2'])
  expect(holds).toBe(2)
})

test('all of a source leave at once', () => {
  add('x1', x, false)
  add('x2', x, true)
  add('y1', y, false)
  lines.drop('x')
  expect([lines.size, lines.held]).toEqual([1, 0])
  expect(everything()).toEqual(['y1'])
  add('y2', y, true)
  lines.clear()
  expect([lines.size, lines.held, everything()]).toEqual([0, 0, []])
})
