import type { StreamSession } from './session.ts'

/** Milliseconds a slow client has to read again before its connection is ended. It can connect again, and resumes. */
const SLOW_FOR = 30_000

/** Sessions whose clients do not read what they are sent. */
export interface SlowSessions {
  add(session: StreamSession): void
  delete(session: StreamSession): void
  /** Ends the connections of those that have been slow for too long; forgets who reads again. */
  cut(): void
}

export function openSlowSessions(): SlowSessions {
  const slow = new Set<StreamSession>()
  return {
    add: (session) => void slow.add(session),
    delete: (session) => void slow.delete(session),
    cut() {
      for (const session of slow) {
        if (session.slowSince === 0) slow.delete(session)
        else if (performance.now() - session.slowSince > SLOW_FOR) session.response.destroy()
      }
    },
  }
}
