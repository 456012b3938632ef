import type { Transport } from './channel.ts'
import { byElection, type Lead } from './election.ts'

/** The document that holds a Web Lock leads; the browser hands it on when that document ends. */
const leadByLock: Lead = (name, signal, { elected, failed }) => {
  const untilLeft = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

  async function queue(): Promise<void> {
    try {
      await navigator.locks.request(name, { signal }, () => {
        elected()
        return untilLeft
      })
    } catch {
      // Leaving while still in the queue ends the request too.
      if (!signal.aborted) failed()
    }
  }

  void queue()
}

export const byLock = (build: string): Transport => byElection(leadByLock, `hubs-live ${build} by lock`)
