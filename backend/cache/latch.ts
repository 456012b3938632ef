/** Wakes one waiting loop: a `set` while nobody waits is remembered, however many come. */
export interface Latch {
  set(): void
  /** Resolves at the next `set`, or at once after an unseen one or when `signal` has aborted. */
  wait(): Promise<void>
}

export function latch(signal: AbortSignal): Latch {
  let isSet = false
  let release: (() => void) | undefined
  const set = () => {
    isSet = true
    release?.()
  }
  signal.addEventListener('abort', set, { once: true })
  return {
    set,
    async wait() {
      if (!isSet && !signal.aborted) await new Promise<void>((resolve) => (release = resolve))
      isSet = false
      release = undefined
    },
  }
}
