import { setTimeout } from 'node:timers/promises'
import { DatabaseAway } from '../db/database-away.ts'
import type { FollowedHubs } from './follow.ts'

/** Milliseconds from the beginning of one read to the next: however many ask for what is not there, reads are few. */
const BETWEEN_READS = 50
/** Milliseconds after which a database that does not answer is not waited for. */
const PATIENCE = 2_000

/**
 * Gives what `find` finds in memory. Before it gives nothing, the log of changes is read to its end, because another
 * process may have taken in a moment ago what this one has not read of.
 * @throws DatabaseAway when nothing is found and the log cannot be read
 */
export type LookUp = <Found>(find: () => Found | undefined) => Promise<Found | undefined>

/** All who look for what is not known share a read that begins after they asked. */
export function lookUpIn(followed: Pick<FollowedHubs, 'away' | 'caughtUp'>): LookUp {
  let begun = Number.NEGATIVE_INFINITY
  let next: Promise<void> | undefined

  async function read(): Promise<void> {
    await setTimeout(Math.max(0, begun + BETWEEN_READS - performance.now()))
    next = undefined
    begun = performance.now()
    const gaveUp = new AbortController()
    try {
      await Promise.race([followed.caughtUp(), tooLong(gaveUp.signal)])
    } finally {
      gaveUp.abort()
    }
  }

  return async (find) => {
    const known = find()
    if (known !== undefined) return known
    if (followed.away) throw new DatabaseAway({ cause: undefined })
    next ??= read()
    await next
    return find()
  }
}

async function tooLong(signal: AbortSignal): Promise<void> {
  await setTimeout(PATIENCE, undefined, { signal }).catch(() => {})
  if (!signal.aborted) throw new DatabaseAway({ cause: new Error(`no answer within ${PATIENCE} ms`) })
}
