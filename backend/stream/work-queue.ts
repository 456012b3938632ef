import { setImmediate } from 'node:timers/promises'
import { inSlices } from '../base/slice.ts'

/** Does the work once what was asked for before it is done. Resolves with what it gives, rejects with what it throws. */
export type WorkQueue = <Result>(work: () => Result) => Promise<Result>

/** Work that many have at one time is done in slices, so that all of it together does not block the process. */
export function openWorkQueue(): WorkQueue {
  const waiting = new Set<() => void>()
  let working = false

  async function workOff(): Promise<void> {
    working = true
    while (waiting.size > 0) {
      // Work that is done may cause more work at once, which gets slices of its own.
      await setImmediate()
      await inSlices(waiting, (work) => {
        waiting.delete(work)
        work()
      })
    }
    working = false
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.add(() => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
      if (!working) void workOff()
    })
}
