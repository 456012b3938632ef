import { expect, onTestFinished, test, vi } from 'vitest'
import { type LoadSlots, loadSlots } from './load-slots.ts'

const LONG = 60_000

async function take(slots: LoadSlots, type: string): Promise<(failed?: boolean) => void> {
  const release = await slots.take(type, LONG)
  if (!release) throw new Error('Its turn did not come.')
  return release
}

test('a type has its share, and whoever waits for it comes first', async () => {
  const slots = loadSlots({ all: 3, each: 2 })
  const first = await take(slots, 'a')
  await take(slots, 'a')
  expect(slots.free('a')).toBe(false)
  expect(slots.free('b')).toBe(true)
  const third = take(slots, 'a')
  first()
  const release = await third
  expect(slots.free('a')).toBe(false)
  release()
  expect(slots.free('a')).toBe(true)
})

test('all types together have no more than there is; a slot goes to whoever can use it', async () => {
  const slots = loadSlots({ all: 2, each: 1 })
  const a = await take(slots, 'a')
  const b = await take(slots, 'b')
  const order: string[] = []
  const [againA, c, againB] = ['a', 'c', 'b'].map(async (type) => {
    const release = await take(slots, type)
    order.push(type)
    return release
  })
  expect(slots.free('c')).toBe(false)
  b()
  const releaseC = await c
  releaseC?.()
  await againB
  a()
  await againA
  expect(order).toEqual(['c', 'b', 'a'])
})

test('whoever has waited long enough goes, and takes no turn', async () => {
  const slots = loadSlots({ all: 1, each: 1 })
  const release = await take(slots, 'a')
  const impatient = slots.take('a', 1)
  const patient = take(slots, 'a')
  expect(await impatient).toBeUndefined()
  release()
  const again = await patient
  expect(slots.free('a')).toBe(false)
  again()
  expect(slots.free('a')).toBe(true)
})

test('the quicker the last loads of a type were, the more of it begin in a while', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const slots = loadSlots({ all: 2, each: 2 })
  const load = async (ms: number, failed?: boolean) => {
    const release = await take(slots, 'a')
    vi.advanceTimersByTime(ms)
    release(failed)
  }
  expect(slots.within('a', 500)).toBe(2)
  await load(10)
  expect(slots.within('a', 500)).toBe(102)
  await load(1_010)
  // A fifth of the newest and four of what was before.
  expect(slots.within('a', 500)).toBe(6)
  await load(1, true)
  expect(slots.within('a', 500)).toBe(6)
  await load(1_210, true)
  expect(slots.within('a', 500)).toBe(4)
  expect(slots.within('b', 500)).toBe(2)
})
