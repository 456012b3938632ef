/** Wakes one loop that waits: a call while nobody waits is remembered, however many come. */
export interface Wake {
  wake(): void
  /** Whether a call is remembered that no `wait` has taken. */
  readonly isDue: boolean
  /** Forgets it. */
  clear(): void
  /**
   * Resolves at the next call, or at once after one that is remembered, which is then forgotten. Also once `ms` have
   * passed, and at once when `signal` has aborted.
   */
  wait(ms?: number): Promise<void>
}

export function openWake(signal: AbortSignal): Wake {
  let isDue = false
  let release: (() => void) | undefined

  function wake(): void {
    isDue = true
    release?.()
  }

  signal.addEventListener('abort', wake, { once: true })
  return {
    wake,
    get isDue() {
      return isDue
    },
    clear() {
      isDue = false
    },
    async wait(ms) {
      if (!isDue && !signal.aborted) {
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolve) => {
          release = resolve
          if (ms !== undefined) timer = setTimeout(resolve, ms)
        })
        clearTimeout(timer)
      }
      isDue = false
      release = undefined
    },
  }
}
