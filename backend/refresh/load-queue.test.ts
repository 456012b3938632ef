import { beforeEach, expect, test } from 'vitest'
import type { Stay } from './admission.ts'
import type { Lane } from './lane.ts'
import { type LoadQueue, openLoadQueue } from './load-queue.ts'

const [x, y] = ['x', 'y'].map((source): Lane => ({ type: 'a', source })) as [Lane, Lane]

let holds: number
let queue: LoadQueue
beforeEach(() => {
  holds = 2
  queue = openLoadQueue({
    hold(lane) {
      if (holds === 0) return undefined
      holds--
      return { lane, shares: [] } satisfies Stay
    },
    letGo: () => void holds++,
  })
})

const add = (key: string, lane: Lane, urgent: boolean, hub = 'h') => queue.add({ key, lane, hub }, urgent)

const everything = (admits: (lane: Lane) => boolean = () => true): string[] => {
  const keys: string[] = []
  for (let turn = queue.next(admits); turn; turn = queue.next(admits)) keys.push(turn.key)
  return keys
}

test('each lane has its turn, urgent ones first, and in a lane the first that came', () => {
  for (const key of ['x1', 'x2', 'x3']) add(key, x, false)
  for (const key of ['y1', 'y2']) add(key, y, false)
  add('x4', x, true)
  expect(everything()).toEqual(['x4', 'y1', 'x1', 'y2', 'x2', 'x3'])
  expect([queue.size, queue.held, queue.waits(x)]).toEqual([0, 0, false])
})

test('in a lane each hub has its turn, and keeps it when it comes again', () => {
  for (const key of ['many1', 'many2', 'many3', 'many4']) add(key, x, false, 'many')
  for (const key of ['some1', 'some2']) add(key, x, false, 'some')
  expect(queue.next(() => true)?.key).toBe('many1')
  add('one1', x, false, 'one')
  add('many2', x, false, 'many')
  expect(everything()).toEqual(['some1', 'many2', 'one1', 'some2', 'many3', 'many4'])
})

test('a lane that is not admitted hides nothing, and keeps its order', () => {
  for (const key of ['x1', 'x2']) add(key, x, true)
  add('y1', y, false)
  expect(everything(({ source }) => source === 'y')).toEqual(['y1'])
  expect([queue.waits(x), queue.waits(y)]).toEqual([true, false])
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
  expect([queue.size, queue.held]).toEqual([3, 2])
  // An event since makes it urgent.
  expect(add('x3', x, true)).toBe(false)
  expect(everything()).toEqual(['x3', 'x1', 'x2'])
  expect(holds).toBe(2)
})

test('all of a source leave at once', () => {
  add('x1', x, false)
  add('x2', x, true)
  add('y1', y, false)
  queue.drop('x')
  expect([queue.size, queue.held]).toEqual([1, 0])
  expect(everything()).toEqual(['y1'])
  add('y2', y, true)
  queue.clear()
  expect([queue.size, queue.held, everything()]).toEqual([0, 0, []])
})
