import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ACK_WAIT, type DeliveredMessage } from '../bus/bus.ts'
import { type UndecidedDeliveries, undecidedDeliveries } from './undecided-deliveries.ts'

let held: UndecidedDeliveries
let told: number[]

const delivery = (sequence: number): DeliveredMessage => ({
  topic: 'a',
  body: new Uint8Array(),
  stream: 's',
  deliveries: 1,
  sequence,
  time: 0,
  ack() {},
  working: () => void told.push(sequence),
  deadLetter: async () => {},
})

function toldLater(): readonly number[] {
  told = []
  vi.advanceTimersByTime(ACK_WAIT / 3)
  return told.toSorted((a, b) => a - b)
}

beforeEach(() => {
  vi.useFakeTimers()
  held = undecidedDeliveries()
})
afterEach(() => {
  held.close()
  vi.useRealTimers()
})

test('the bus is told of what is held, again and again, and of nothing that was released', () => {
  const [one, two, three, four] = [1, 2, 3, 4].map(delivery) as [
    DeliveredMessage,
    DeliveredMessage,
    DeliveredMessage,
    DeliveredMessage,
  ]
  held.hold([one, two])
  held.hold([three, four])
  expect(toldLater()).toEqual([1, 2, 3, 4])
  held.release(three)
  held.release(one)
  expect(toldLater()).toEqual([2, 4])
  expect(toldLater()).toEqual([2, 4])
  // As when a batch is given up of which some were done.
  for (const each of [one, two, three]) held.release(each)
  expect(toldLater()).toEqual([4])
  held.hold([delivery(5)])
  held.release(four)
  expect(toldLater()).toEqual([5])
})

test('after the end nothing is told', () => {
  held.hold([delivery(1)])
  held.close()
  expect(toldLater()).toEqual([])
})
