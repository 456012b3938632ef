import { setTimeout } from 'node:timers/promises'

/** Resolves after so many milliseconds, and at once when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {})
}

/**
 * Does `work` again and again with a pause of `ms` after each, until `signal` aborts. Resolves when the last one has
 * ended; rejects when one does.
 */
export async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work()
    await pause(ms, signal)
  }
}
