/** Milliseconds between the signs of life that a pull asks the server for. */
export const HEARTBEAT = 2000
/** Milliseconds without a word after which a pull is taken to be dead. */
export const SILENCE = 2.5 * HEARTBEAT

export interface SilenceWatch {
  heard(): void
  /** `performance.now()` of the last word. */
  readonly heardAt: number
  stop(): void
}

/** Calls `silent` when nothing was heard for `SILENCE` ms although something was `expected`. */
export function silenceWatch(expected: () => boolean, silent: () => void): SilenceWatch {
  let heardAt = 0

  function look(): void {
    if (!expected()) return
    // What came while this process was held up is read first.
    setImmediate(() => {
      if (performance.now() - heardAt >= SILENCE) silent()
      else timer.refresh()
    })
  }
  const timer = setTimeout(look, SILENCE).unref()

  return {
    heard() {
      heardAt = performance.now()
      timer.refresh()
    },
    get heardAt() {
      return heardAt
    },
    stop: () => clearTimeout(timer),
  }
}
