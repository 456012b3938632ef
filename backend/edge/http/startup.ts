import { setTimeout as delay } from 'node:timers/promises'
import { ProblemError } from './problem.ts'

/** Milliseconds for which a request waits for the process to start, and how many may wait. */
const PATIENCE = 10_000
const MOST_WAITING = 2_000

/**
 * Requests that come while the process starts wait for it, so that a proxy which already sends them here fails nobody:
 * a delivery whose body is on its way can be given to no other process.
 */
export interface Startup {
  /** Whether the process has started. */
  readonly over: boolean
  /** From now on nobody waits. */
  end(): void
  /** Resolves once it is over. @throws ProblemError 503 to whoever would wait too long, or with too many. */
  wait(): Promise<void>
}

export function openStartup(patience = PATIENCE): Startup {
  let start = (): void => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  let over = false
  let waiting = 0
  return {
    get over() {
      return over
    },
    end() {
      over = true
      start()
    },
    async wait() {
      waiting += 1
      if (waiting <= MOST_WAITING) await Promise.race([started, delay(patience, undefined, { ref: false })])
      waiting -= 1
      if (over) return
      const detail = 'Hubs is starting, or waits for a store that is away. Try again in a few seconds.'
      throw new ProblemError(503, detail, { headers: { 'retry-after': '2' }, reason: 'starting' })
    },
  }
}
