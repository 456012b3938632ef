import { expect, test, vi } from 'vitest'
import { openWake } from './wake.ts'

const signal = new AbortController().signal

/** Whether a promise has resolved by the next turn of the event loop. */
async function hasResolved(promise: Promise<void>): Promise<boolean> {
  let resolved = false
  void promise.then(() => {
    resolved = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  return resolved
}

test('who waits is woken by the next call', async () => {
  const { wake, wait } = openWake(signal)
  const waiting = wait()
  expect(await hasResolved(waiting)).toBe(false)
  wake()
  expect(await hasResolved(waiting)).toBe(true)
})

test('calls while nobody waits are remembered as one, until they are forgotten', async () => {
  const woken = openWake(signal)
  woken.wake()
  woken.wake()
  expect(woken.isDue).toBe(true)
  expect(await hasResolved(woken.wait())).toBe(true)
  expect(woken.isDue).toBe(false)
  expect(await hasResolved(woken.wait())).toBe(false)

  const cleared = openWake(signal)
  cleared.wake()
  cleared.clear()
  expect(await hasResolved(cleared.wait())).toBe(false)
})

test('nobody waits longer than they want, and a call that comes first leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { wake, wait } = openWake(signal)
    const waiting = wait(100)
    expect(await hasResolved(waiting)).toBe(false)
    vi.advanceTimersByTime(100)
    expect(await hasResolved(waiting)).toBe(true)
    const woken = wait(100)
    wake()
    await woken
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('at the end nobody waits', async () => {
  const ending = new AbortController()
  const { wait } = openWake(ending.signal)
  const waiting = wait()
  ending.abort()
  expect(await hasResolved(waiting)).toBe(true)
  expect(await hasResolved(wait())).toBe(true)
})
