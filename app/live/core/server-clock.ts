/** The server's clock, carried on between its words by one that is never set. */
export interface ServerClock {
  /** The server said that it is `now`; `anew` forgets what it said before, after which its clock may have been set. */
  heard(now: number, anew?: boolean): void
  /** Milliseconds since 1970; undefined before the first word. */
  read(): number | undefined
}

export function serverClock(local: { now(): number }): ServerClock {
  let ahead: number | undefined
  return {
    heard(now, anew = false) {
      const sample = now - local.now()
      // A word is late by its way through the network, so the greatest difference is the nearest to the truth.
      ahead = anew || ahead === undefined ? sample : Math.max(ahead, sample)
    },
    read: () => (ahead === undefined ? undefined : Math.round(local.now() + ahead)),
  }
}
