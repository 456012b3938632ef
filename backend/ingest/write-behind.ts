import type { Logger } from 'pino'
import type { LoggedEvent } from '#widgets/define.ts'
import { lineSample } from '../base/line-sample.ts'
import { retry } from '../base/retry.ts'
import type { EventLog } from './event-log.ts'

interface Waiting {
  readonly event: LoggedEvent
  readonly bytes: number
  readonly refused: ((reason: string) => void) | undefined
}

const LIMIT = 10_000
/** Bytes of messages whose events wait, beside `LIMIT`. */
const LIMIT_BYTES = 64 * 1024 * 1024
const BATCH = 1_024
/** Milliseconds a batch that is not full waits, so that the database is not asked while an event is on its way to pages. */
const LINGER = 25

export interface WriteBehindCounts {
  /** Events the event log has taken. */
  logged: number
  /** Events left out of the event log because too many waited. */
  dropped: number
  /** Events the database cannot hold. */
  unlogged: number
}

export interface WriteBehind {
  /** Whether an event that nobody waits for would be taken now. */
  readonly hasCapacity: boolean
  /** Events that wait. */
  readonly waiting: number
  /**
   * Takes it to be logged, or drops and counts it. `wanted`: a widget's interest matched it, so it is dropped later.
   * `bytes`: of the message it came in. `refused` is told why the log does not take it.
   */
  offer(event: LoggedEvent, wanted: boolean, bytes: number, refused?: (reason: string) => void): void
  /** Resolves when what waits is logged; once `signal` is aborted, at the latest when the database does not take it. */
  close(): Promise<void>
}

/**
 * Logs events that no load waits for, in batches of what has come within `LINGER`. While the database is away 10,000 of them wait, and
 * as many again that matched an interest; of either, at most 64 MiB.
 */
export function writeBehind(options: {
  readonly log: Pick<EventLog, 'append'>
  readonly counts: WriteBehindCounts
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
}): WriteBehind {
  const { log, counts, logger, signal } = options
  const lines = lineSample()
  let queue: Waiting[] = []
  let waitingBytes = 0
  let inHand = 0
  let writing: Promise<void> | undefined
  let closing = false
  let hurry = () => {}

  /** Ends early when the batch is full, and when there will be no more. */
  function linger(): Promise<void> {
    if (closing || queue.length >= BATCH) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LINGER)
      hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    inHand = batch.length
    const events = batch.map(({ event }) => event)
    const unlogged = await retry(() => log.append(events), {
      signal,
      onFailure(err, attempt) {
        if (attempt === 1)
          logger.warn({ err, waiting: queue.length + inHand }, 'Events wait for the event log')
      },
    }).finally(() => {
      inHand = 0
    })
    counts.logged += batch.length - unlogged.length
    counts.unlogged += unlogged.length
    for (const { event, reason } of unlogged) {
      const sampled = lines.take('unlogged')
      if (sampled)
        logger.warn({ id: event.id, source: event.source, reason, ...sampled }, 'An event cannot be logged')
      batch[events.indexOf(event)]?.refused?.(reason)
    }
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      await linger()
      const batch = queue.slice(0, BATCH)
      queue = queue.slice(BATCH)
      try {
        await write(batch)
        for (const { bytes } of batch) waitingBytes -= bytes
      } catch (err) {
        const lost = batch.length + queue.length
        counts.dropped += lost
        queue = []
        waitingBytes = 0
        logger.warn(
          { err, lost },
          'Events were left out of the event log: the database was away until the end',
        )
      }
    }
    writing = undefined
  }

  return {
    get hasCapacity() {
      return queue.length + inHand < LIMIT && waitingBytes < LIMIT_BYTES
    },
    get waiting() {
      return queue.length + inHand
    },
    offer(event, wanted, bytes, refused) {
      const times = wanted ? 2 : 1
      if (queue.length + inHand >= times * LIMIT || waitingBytes + bytes > times * LIMIT_BYTES) {
        counts.dropped += 1
        return
      }
      queue.push({ event, bytes, refused })
      waitingBytes += bytes
      writing ??= writeAll()
      if (queue.length >= BATCH) hurry()
    },
    async close() {
      closing = true
      hurry()
      await writing
    },
  }
}
