/** Wakes all who wait for it; a ring nobody waits for is not kept. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, and when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void>
}

export function bell(): Bell {
  let waiting: (() => void)[] = []
  return {
    ring() {
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    wait(signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const wake = (): void => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        signal.addEventListener('abort', wake, { once: true })
        waiting.push(wake)
      })
    },
  }
}
