import { expect, test } from 'vitest'
import { every, pause } from './pause.ts'

const LONG = 3_600_000

test('a pause ends when it is over, and when nobody wants to wait any more', async () => {
  await pause(1, new AbortController().signal)
  const ending = new AbortController()
  const pausing = pause(LONG, ending.signal)
  ending.abort()
  await pausing
  await pause(LONG, ending.signal)
})

test('work is done again and again, and has ended when it is over', async () => {
  const ending = new AbortController()
  let begun = 0
  let done = 0
  await every(0, ending.signal, async () => {
    begun += 1
    if (begun === 3) ending.abort()
    await new Promise((resolve) => setImmediate(resolve))
    done += 1
  })
  expect({ begun, done }).toEqual({ begun: 3, done: 3 })
  await every(0, ending.signal, async () => {
    begun += 1
  })
  expect(begun).toBe(3)
})

test('work that fails ends it', async () => {
  const failing = every(0, new AbortController().signal, () => Promise.reject(new Error('broken')))
  await expect(failing).rejects.toThrow('broken')
})
