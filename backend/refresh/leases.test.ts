import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LEASE, type Leases, openLeases } from './leases.ts'

let leases: Leases
let extended: string[]
let others: Set<string>

beforeEach(() => {
  vi.useFakeTimers()
  extended = []
  others = new Set()
  leases = openLeases({
    async extend(key) {
      extended.push(key)
      return !others.has(key)
    },
  })
})
afterEach(() => {
  leases.close()
  vi.useRealTimers()
})

async function extendedWithin(ms: number): Promise<readonly string[]> {
  extended = []
  await vi.advanceTimersByTimeAsync(ms)
  return extended.toSorted()
}

test('what is held is extended after a third of its time, whichever was dropped before', async () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => leases.hold(key, 't'))
  for (const lease of [b, d]) if (lease) leases.drop(lease)
  const e = leases.hold('e', 't')
  expect(await extendedWithin(LEASE / 4)).toEqual([])
  expect(await extendedWithin(LEASE / 4)).toEqual(['a', 'c', 'e'])
  for (const lease of [a, e]) if (lease) leases.drop(lease)
  expect(await extendedWithin(LEASE / 2)).toEqual(['c'])
  if (c) leases.drop(c)
  expect(await extendedWithin(LEASE)).toEqual([])
})

test('the load of a lease that became another’s is given up, and so are all in the end', async () => {
  const [a, b] = [leases.hold('a', 't'), leases.hold('b', 't')]
  const loads = [a, b].map((lease) => {
    const giveUp = vi.fn()
    lease.load = { loaded: new Promise(() => {}), giveUp }
    return giveUp
  })
  others.add('a')
  await extendedWithin(LEASE / 2)
  expect([a.lost, b.lost]).toEqual([true, false])
  expect(loads.map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  leases.drop(a)
  leases.giveUp()
  expect(loads.map(({ mock }) => mock.calls.length)).toEqual([1, 1])
})
