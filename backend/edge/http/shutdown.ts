import type { Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'

const IDLE_EVERY = 50

/** Ends a server without losing requests that have come. */
export interface Shutdown {
  /** Each answer from now on is the last on its connection, so that clients and proxies go elsewhere for the next. */
  begin(): void
  readonly begun: boolean
  /** Takes no new connection. Resolves once all that was asked is answered; what is not after `ms` is cut off. */
  finish(ms: number): Promise<void>
}

export function gracefulShutdown(server: Server): Shutdown {
  let begun = false
  return {
    begin() {
      begun = true
    },
    get begun() {
      return begun
    },
    async finish(ms) {
      const over = new AbortController()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // An answer that was on its way before the end began leaves its connection open.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY)
      const late = setTimeout(ms, undefined, { signal: over.signal }).catch(() => {})
      await Promise.race([closed, late])
      over.abort()
      clearInterval(idle)
      server.closeAllConnections()
    },
  }
}
