import type { LoggedEvent, LoggedEvents } from '#widgets/define.ts'
import { openTurns } from '#widgets/sandbox/turns.ts'

/** Readings that loads do at one time, of the ten queries that a database is asked at one time. */
const AT_ONCE = 6

/** A reading of the event log, as of `EventLog`. */
export type ReadEvents = (query: {
  patterns: readonly string[]
  limit: number
  since?: number
  before?: Pick<LoggedEvent, 'source' | 'id'>
}) => Promise<LoggedEvents>

/**
 * Readings of the event log for loads, in fair turns of the hubs they are for: a load may ask for some thirty, and one
 * event may make a hundred cards load, behind which neither other hubs nor who publishes may have to wait.
 */
export function fairReadings(
  read: ReadEvents,
): (hub: string, query: Parameters<ReadEvents>[0], signal: AbortSignal) => Promise<LoggedEvents> {
  const turns = openTurns<() => Promise<void>>()
  let reading = 0

  async function takeTurns(): Promise<void> {
    reading++
    for (let next = turns.next(); next; next = turns.next()) await next()
    reading--
  }

  return (hub, query, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => turns.leave(turn) && reject(signal.reason)
      async function turn(): Promise<void> {
        signal.removeEventListener('abort', leave)
        const began = performance.now()
        try {
          resolve(await read(query))
        } catch (error) {
          reject(error)
        }
        turns.used([hub], performance.now() - began)
      }
      signal.addEventListener('abort', leave, { once: true })
      turns.add([hub], turn)
      if (reading < AT_ONCE) void takeTurns()
    })
}
