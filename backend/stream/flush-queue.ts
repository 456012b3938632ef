import { flush, type StreamSession } from './session.ts'

/** Milliseconds one slice of a broadcast may keep the event loop. */
const SLICE = 4
/** Sessions flushed between two looks at the clock. */
const CLOCK_EVERY = 16

/** Sessions that have something pending, until they are flushed. */
export interface FlushQueue {
  /**
   * Flushes whoever is in `sessions` once it is their turn. A group is queued as one entry, so that a broadcast does
   * not queue its thousands of sessions one by one.
   */
  add(sessions: Iterable<StreamSession>): void
}

/** Broadcasts go out in slices, so that ten thousand sessions do not hold up one. */
export function openFlushQueue(): FlushQueue {
  const due = new Set<Iterable<StreamSession>>()
  let flushing = false

  /** Flushes what is due until the slice is over. Returns what is left of the entry it stopped in. */
  function flushSlice(from: Iterator<StreamSession> | undefined): Iterator<StreamSession> | undefined {
    const until = performance.now() + SLICE
    let turn = from
    let flushed = 0
    for (;;) {
      const next = turn?.next()
      if (!next || next.done) {
        const [sessions] = due
        if (!sessions) return undefined
        // Before it is flushed: a change that comes meanwhile queues it again.
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
    // First, so that the queue is not stuck should a flush throw.
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
      // Later, when all groups that one change concerns are queued, so that they share one slice.
      queueMicrotask(flushDue)
    },
  }
}
