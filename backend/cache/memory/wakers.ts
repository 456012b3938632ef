import { openWake, type Wake } from '../../base/wake.ts'

/** Wakes all who listen for keys that have become due. */
export interface Wakers {
  wakeAll(): void
  /** Yields once it listens, and at each wake; several that nobody saw are one. */
  wakes(signal: AbortSignal): AsyncIterable<void>
}

export function createWakers(): Wakers {
  const listening = new Set<Wake>()
  return {
    wakeAll() {
      for (const each of listening) each.wake()
    },
    async *wakes(signal) {
      const own = openWake(signal)
      listening.add(own)
      own.wake()
      try {
        while (!signal.aborted) {
          await own.wait()
          if (!signal.aborted) yield
        }
      } finally {
        listening.delete(own)
      }
    },
  }
}
