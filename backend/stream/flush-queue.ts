import { flush, type StreamSession } from './session.ts'

/** Milliseconds one slice of a broadcast may keep the event loop. */
const SLICE = 4
/** Sessions flushed between two looks at the clock. */
const CLOCK_EVERY = 16

/** Sessions that have something pending, until they are flushed. */
export interface FlushQueue {
  /**
   * Whoever is in `sessions` when their turn comes is flushed: a whole group as one, so that a broadcast need not enter
   * and leave thousands.
   */
  add(sessions: Iterable<StreamSession>): void
}

/** Broadcasts go out in slices, so that ten thousand sessions do not hold up one. */
export function openFlushQueue(): FlushQueue {
  const due = new Set<Iterable<StreamSession>>()
  let flushing = false

  /** Flushes who is due until the slice is over; gives where in the line it stopped. */
  function flushSlice(from: Iterator<StreamSession> | undefined): Iterator<StreamSession> | undefined {
    const until = performance.now() + SLICE
    let turn = from
    let flushed = 0
    for (;;) {
      const next = turn?.next()
      if (!next || next.done) {
        const [sessions] = due
        if (!sessions) return undefined
        // Before its turn: what changes during it gives it another.
        due.delete(sessions)
        turn = sessions[Symbol.iterator]()
        continue
      }
      flush(next.value)
      flushed += 1
      if (flushed % CLOCK_EVERY === 0 && performance.now() > until) return turn
    }
  }

  function flushDue(from?: Iterator<StreamSession>): void {
    // Should a flush throw, the next one goes on.
    flushing = false
    const rest = flushSlice(from)
    if (!rest) return
    flushing = true
    setImmediate(flushDue, rest)
  }

  return {
    add(sessions) {
      due.add(sessions)
      if (flushing) return
      flushing = true
      // Once all groups that a change concerns are in the line, so that a slice holds for them together.
      queueMicrotask(flushDue)
    },
  }
}
