import type fc from 'fast-check'
import type { Environment } from '../transport/environment.ts'

/** Time and chance as the test has them, over the tasks that wait for the scheduler to take them. */
export interface SimulatedTime extends Pick<Environment, 'now' | 'random' | 'rest'> {
  /** So many tasks, as far as there are, each with all that it sets off. */
  run(tasks: number): Promise<void>
  /** Milliseconds, with all rests that end in them. */
  wait(ms: number): Promise<void>
}

/** From here on a rest ends by the clock, which the test moves; shorter ones end whenever the scheduler likes. */
const LONG = 3_000

/** Turns of the microtask queue: what a task set off has settled. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

export function simulatedTime(scheduler: fc.Scheduler, seed: number): SimulatedTime {
  const resting = new Set<{ at: number; end: () => void }>()
  let now = 0
  let random = seed
  return {
    now: () => now,
    random() {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31
      return random / 2 ** 31
    },
    rest: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const end = () => {
          signal.removeEventListener('abort', end)
          resolve()
        }
        signal.addEventListener('abort', end)
        if (ms < LONG) void scheduler.schedule(Promise.resolve(), 'rest').then(end)
        else resting.add({ at: now + ms, end })
      }),
    async run(tasks) {
      for (let n = 0; n < tasks && scheduler.count() > 0; n++) {
        await scheduler.waitNext(1)
        await settle()
      }
    },
    async wait(ms) {
      const until = now + ms
      for (;;) {
        const [next] = [...resting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (!next) break
        now = next.at
        resting.delete(next)
        next.end()
        await settle()
      }
      now = until
    },
  }
}
