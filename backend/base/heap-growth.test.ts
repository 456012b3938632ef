import { setFlagsFromString } from 'node:v8'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { boundHeapGrowth } from './heap-growth.ts'

vi.mock('node:v8', async (original) => ({ ...(await original<object>()), setFlagsFromString: vi.fn() }))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.mocked(setFlagsFromString).mockClear()
})

test('no object is old from its start, whatever became of those before it', () => {
  boundHeapGrowth()
  expect(vi.mocked(setFlagsFromString).mock.calls.flat()).toEqual(['--no-allocation-site-pretenuring'])
})

test('garbage is collected sooner while there is time for it, and as V8 likes while there is none', () => {
  let used = 0
  vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: used, system: used / 4 }))
  boundHeapGrowth()
  const after = (busy: number) => {
    // Microseconds of five seconds.
    used = busy * 4_000_000
    vi.mocked(setFlagsFromString).mockClear()
    vi.advanceTimersByTime(5_000)
    return vi.mocked(setFlagsFromString).mock.calls.flat()
  }
  expect(after(1)).toEqual([])
  expect(after(0.2)).toEqual(['--heap-growing-percent=100'])
  expect(after(0.3)).toEqual([])
  expect(after(0.9)).toEqual(['--heap-growing-percent=0'])
  expect(after(0.1)).toEqual(['--heap-growing-percent=100'])
})
