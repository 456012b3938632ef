import { setMaxListeners } from 'node:events'

/** The end of one load. Its signal is made when it is asked for: many loads need none, and it costs more than they do. */
export interface LoadLifetime {
  aborted(): boolean
  signal(): AbortSignal
  /** An answer from outside, for which the load waits until it comes: only for such time is its source to blame. */
  outside<T>(answer: Promise<T>): Promise<T>
}

/** What a load tells of its source; nothing when it had no answer, and no time to wait for one either. */
export type Heard = 'answered' | 'unanswered' | 'nothing'

/** As whoever runs the load holds it. */
export interface OwnLifetime extends LoadLifetime {
  abort(reason: Error): void
  /** Milliseconds for which something outside was waited for. */
  waited(): number
  /** What a load has heard of its source whose time, so many ms, is over. */
  heard(deadline: number): Heard
}

export function openLifetime(): OwnLifetime {
  let controller: AbortController | undefined
  let ended: Error | undefined
  let asked = false
  /** Answers from outside that are waited for, since when, and for how long before that. */
  let awaited = 0
  let since = 0
  let before = 0

  function answered(): void {
    awaited--
    if (awaited === 0) before += performance.now() - since
  }

  const waited = () => (awaited === 0 ? before : before + performance.now() - since)

  return {
    outside(answer) {
      asked = true
      if (awaited === 0) since = performance.now()
      awaited++
      answer.then(answered, answered)
      return answer
    },
    waited,
    heard(deadline) {
      if (awaited === 0) return asked ? 'answered' : 'nothing'
      // It may have been asked only when there was hardly any time left.
      return waited() > deadline / 2 ? 'unanswered' : 'nothing'
    },
    aborted: () => ended !== undefined,
    signal() {
      if (!controller) {
        controller = new AbortController()
        // A load may wait for dozens of things at one time.
        setMaxListeners(0, controller.signal)
        if (ended) controller.abort(ended)
      }
      return controller.signal
    },
    abort(reason) {
      ended = reason
      controller?.abort(reason)
    },
  }
}
