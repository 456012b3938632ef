import type { Logger } from 'pino'
import type { Bus, DeliveredMessage } from '../bus/bus.ts'
import type { Apply } from './apply.ts'
import type { TriageCounts } from './counts.ts'
import type { DeadLetterMessage } from './dead-letters.ts'
import type { HandleMessages } from './handler.ts'
import { batchesInHand } from './in-hand.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import type { MatchingIndex } from './matching.ts'
import { isFatal, isSuspect } from './suspects.ts'
import type { UndecidedDeliveries } from './undecided-deliveries.ts'

/**
 * Messages taken at once. The keys of two batches may be invalidated at a time, each with its lease: with more of them
 * there is no capacity for all to be loaded at once, and each that waits costs another round trip.
 */
const BATCH = 256

/**
 * Takes messages off the bus, batch by batch, until `signal` aborts. Resolves when all that was taken is acknowledged or
 * given up. While the database is away no more is taken than may be in hand, which stays in progress, while the cache is
 * two batches.
 */
export async function consume(options: {
  readonly bus: Pick<Bus, 'consume'>
  readonly index: MatchingIndex<InvalidationTarget>
  readonly apply: Pick<Apply, 'invalidateAll'>
  readonly handle: HandleMessages
  readonly held: UndecidedDeliveries
  readonly deadLetter: DeadLetterMessage
  readonly counts: TriageCounts
  readonly logger: Logger
  readonly signal: AbortSignal
}): Promise<void> {
  const { bus, index, apply, handle, held, deadLetter, counts, logger, signal } = options
  const inHand = batchesInHand()
  /** Of the last batch; never rejects. */
  let invalidating: Promise<unknown> = Promise.resolve()

  /** Resolves when the next batch may be taken: once the keys of the one before this are invalidated. */
  async function handleTogether(messages: readonly DeliveredMessage[]): Promise<void> {
    while (inHand.isFull) await inHand.oneEnds()
    const begun = handle(messages)
    const ended = begun.then(({ whole }) => whole).catch((err: unknown) => interrupted(messages, err))
    inHand.add(messages, ended)
    const before = invalidating
    invalidating = begun.catch(() => {})
    await before
  }

  /** The stores were away until the end: what is not acknowledged comes again. */
  function interrupted(messages: readonly DeliveredMessage[], err: unknown): void {
    for (const message of messages) held.release(message)
    if (signal.aborted) logger.debug({ err }, 'Triage ended with messages in hand')
    else logger.error({ err }, 'Triage gave messages up; they come again')
  }

  async function handleAlone(message: DeliveredMessage): Promise<void> {
    if (isFatal(message)) {
      // First aside, then handled: if it ends the process again, then for the last time.
      await deadLetter(message, `It was delivered ${message.deliveries} times and never finished.`)
    }
    await inHand.allEnd()
    const { whole } = await handle([message])
    await whole
  }

  /** Which keys they concerned nobody knows any more: all that follow events may be stale. */
  async function lost(events: number): Promise<void> {
    counts.lost += events
    logger.warn(
      { events },
      'About so many events were discarded before they were handled: the stream HUBS is full (HUBS_BUS_BYTES), too old, or was purged. Every card that follows events is loaded again',
    )
    await apply.invalidateAll(index.interested())
  }

  try {
    for await (const batch of bus.consume({ max: BATCH, signal, lost })) {
      counts.events += batch.length
      held.hold(batch)
      const suspect = batch.filter(isSuspect)
      const trusted = suspect.length === 0 ? batch : batch.filter((message) => !isSuspect(message))
      if (trusted.length > 0) await handleTogether(trusted)
      try {
        for (const message of suspect) await handleAlone(message)
      } catch (err) {
        interrupted(suspect, err)
      }
    }
  } catch (err) {
    // The cache was away to the end. What follows the lost events is not acknowledged, so the next daemon sees the gap.
    if (!signal.aborted) throw err
    logger.debug({ err }, 'Triage ended before all that follows events was invalidated')
  }
  await inHand.allEnd()
}
