import { expect, test } from 'vitest'
import { retry } from './retry.ts'

const fast = { first: 1, longest: 2 }

test('work is tried until it succeeds, and each failure is told', async () => {
  const told: [string, number][] = []
  let tries = 0
  const result = await retry(
    async () => {
      tries += 1
      if (tries < 4) throw new Error(`no ${tries}`)
      return tries
    },
    {
      ...fast,
      signal: new AbortController().signal,
      onFailure: (error, attempt) => told.push([String(error), attempt]),
    },
  )
  expect(result).toBe(4)
  expect(told).toEqual([
    ['Error: no 1', 1],
    ['Error: no 2', 2],
    ['Error: no 3', 3],
  ])
})

test('the end cuts the wait short, and rejects with the failure before it', async () => {
  const ending = new AbortController()
  const failing = retry(() => Promise.reject(new Error('away')), {
    first: 3_600_000,
    signal: ending.signal,
    onFailure: () => setImmediate(() => ending.abort()),
  })
  await expect(failing).rejects.toThrow('away')
})

test('after the end it is tried once', async () => {
  let tries = 0
  const work = async () => {
    tries += 1
    throw new Error('away')
  }
  await expect(retry(work, { ...fast, signal: AbortSignal.abort(), onFailure: () => {} })).rejects.toThrow(
    'away',
  )
  expect(tries).toBe(1)
})
