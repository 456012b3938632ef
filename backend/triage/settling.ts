/** Milliseconds a message stays unacknowledged for a second invalidation: pages must not look paused because of it. */
const LONGEST = 5_000
/** Messages that do so at a time. */
const MOST = 1_000

export interface Settle {
  /** Milliseconds from now. */
  readonly delays: readonly number[]
  again(delay: number): Promise<void>
  /** Acknowledges the message. */
  done(): void
}

/**
 * Invalidates again after a delay. The message is acknowledged after its last one, within limits, so that a crash in
 * between makes it come again; beyond them it is acknowledged at once, and a crash then costs the later ones. Once
 * `signal` is aborted nothing is invalidated again: what is unacknowledged is delivered to another.
 */
export function settling({ signal }: { readonly signal: AbortSignal }): (work: Settle) => void {
  const timers = new Set<NodeJS.Timeout>()
  let holding = 0
  signal.addEventListener(
    'abort',
    () => {
      for (const timer of timers) clearTimeout(timer)
    },
    { once: true },
  )

  return ({ delays, again, done }) => {
    const last = Math.max(...delays)
    const holds = last <= LONGEST && holding < MOST
    if (holds) holding += 1
    else done()
    let left = delays.length
    for (const delay of delays) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        again(delay).then(
          () => {
            left -= 1
            if (left > 0 || !holds) return
            holding -= 1
            done()
          },
          () => {},
        )
      }, delay)
      timers.add(timer)
    }
  }
}
