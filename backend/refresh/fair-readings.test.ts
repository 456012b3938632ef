import { setMaxListeners } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import type { LoggedEvents } from '#widgets/define.ts'
import { fairReadings } from './fair-readings.ts'

afterEach(() => vi.restoreAllMocks())

const none: LoggedEvents = { events: [], more: false }
const never = new AbortController().signal
setMaxListeners(0, never)

/** A log whose readings end when they are told to, in the order they began. */
function heldLog() {
  const begun: { readonly limit: number; end(): void }[] = []
  const all: number[] = []
  const read = fairReadings(({ limit }) => {
    all.push(limit)
    return new Promise((resolve) => begun.push({ limit, end: () => resolve(none) }))
  })
  return {
    /** Limits of all readings that began. */
    all,
    read: (hub: string, limit: number, signal = never) => read(hub, { patterns: [], limit }, signal),
    async end(readings = 1) {
      for (let n = 0; n < readings; n++) {
        begun.shift()?.end()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

test('a few are under way at one time, and who has used little goes before who asks for much', async () => {
  const log = heldLog()
  const much = Array.from({ length: 100 }, (_, n) => log.read('much', n))
  expect(log.all).toEqual([0, 1, 2, 3, 4, 5])
  const little = log.read('little', 1_000)
  // Nothing is known of either at first; with the first answer there is.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 300)
  await log.end()
  expect(log.all.slice(6)).toEqual([1_000])
  await log.end(6)
  await expect(little).resolves.toBe(none)
  await log.end(94)
  await expect(Promise.all(much)).resolves.toHaveLength(100)
})

test('a load that has ended reads no more', async () => {
  const log = heldLog()
  const ending = new AbortController()
  const readings = Array.from({ length: 10 }, (_, n) => log.read('h', n, ending.signal))
  const refused = Promise.allSettled(readings.slice(6))
  ending.abort(new Error('over'))
  expect(await refused).toEqual(
    Array.from({ length: 4 }, () => ({ status: 'rejected', reason: new Error('over') })),
  )
  await log.end(6)
  await expect(Promise.all(readings.slice(0, 6))).resolves.toHaveLength(6)
  expect(log.all).toEqual([0, 1, 2, 3, 4, 5])
})

test('a reading that fails is no end of the others', async () => {
  let read = 0
  const failing = fairReadings(() => {
    if (read++ < 6) throw new Error('away')
    return Promise.resolve(none)
  })
  const readings = Array.from({ length: 8 }, () => failing('h', { patterns: [], limit: 1 }, never))
  const settled = await Promise.allSettled(readings)
  expect(settled.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 6 }, () => 'rejected'),
    ...['fulfilled', 'fulfilled'],
  ])
})
