import type { Logger } from 'pino'
import { groupCommit } from '../base/group-commit.ts'
import { pause } from '../base/pause.ts'
import type { BusStore } from './bus-store.ts'

const GROUP = 1000
const RETRY = 1000

/**
 * Writes acknowledgements, those that come meanwhile together, and again until the store takes them: what is not
 * written comes once more after a restart. Once `signal` aborts they are tried one last time.
 */
export function acknowledger(given: {
  readonly store: Pick<BusStore, 'acknowledge'>
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => number
  readonly signal: AbortSignal
}): (sequences: readonly number[]) => Promise<unknown> {
  const { store, log, now, signal } = given
  return groupCommit(async (sequences: readonly number[]) => {
    while (sequences.length > 0) {
      try {
        await store.acknowledge(sequences, now())
        break
      } catch (error) {
        if (signal.aborted) throw error
        log.warn({ err: error }, 'The database did not take acknowledgements of the bus; trying again')
        await pause(RETRY, signal)
      }
    }
    return sequences
  }, GROUP)
}
