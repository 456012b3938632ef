import type { Logger } from 'pino'
import { retry } from '../base/retry.ts'
import { together } from '../base/together.ts'
import type { DeliveredMessage } from '../bus/bus.ts'
import type { Apply } from './apply.ts'
import type { TriageCounts } from './counts.ts'
import type { DeadLetterMessage } from './dead-letters.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { type Finding, judge } from './judge.ts'
import type { MatchingIndex } from './matching.ts'
import { settling } from './settling.ts'
import { isSuspect } from './suspects.ts'
import type { UndecidedDeliveries } from './undecided-deliveries.ts'

/**
 * Handles messages from the match to the acknowledgement. Resolves when the keys that wait for nothing are invalidated;
 * `whole` when all is done and acknowledged. Both reject only once `signal` is aborted: what is not acknowledged by then
 * comes again.
 */
export type HandleMessages = (messages: readonly DeliveredMessage[]) => Promise<{ whole: Promise<void> }>

export function messageHandler(options: {
  readonly index: MatchingIndex<InvalidationTarget>
  /** Events that match nothing are read for the log as long as this says so. */
  readonly canLog: () => boolean
  readonly apply: Apply
  /** As of `openTriage`. */
  readonly indexed: () => Promise<void>
  readonly held: Pick<UndecidedDeliveries, 'release'>
  readonly deadLetter: DeadLetterMessage
  readonly counts: TriageCounts
  readonly logger: Logger
  readonly signal: AbortSignal
}): HandleMessages {
  const { index, canLog, apply, indexed, held, deadLetter, counts, logger, signal } = options
  const settle = settling({ signal })

  /** Whoever asks is answered by a look that began later. */
  const known = together(
    () =>
      retry(indexed, {
        signal,
        onFailure(err, attempt) {
          if (attempt === 1) logger.warn({ err }, 'Triage waits to know the hubs as they are now')
        },
      }),
    { most: 1, atOnce: 2 },
  )

  /** By the log, after the message was acknowledged: it is put aside all the same. */
  function refusedLate(message: DeliveredMessage, reason: string): void {
    deadLetter(message, reason).catch((err: unknown) =>
      logger.warn({ err, topic: message.topic, reason }, 'A message was not put aside'),
    )
  }

  function acknowledge(finding: Finding<DeliveredMessage>): void {
    const { message, targets } = finding
    const done = () => {
      message.ack()
      held.release(message)
    }
    const delays = [...new Set(targets.map(({ settle }) => settle))].filter((delay) => delay > 0)
    if (delays.length === 0) done()
    else {
      settle({
        delays,
        again: (delay) => apply.invalidate([finding], ({ settle }) => settle === delay),
        done,
      })
    }
  }

  /** Left unacknowledged it comes again, at last alone. */
  async function giveBack(message: DeliveredMessage, err: unknown): Promise<void> {
    counts.failed += 1
    logger.error({ err, topic: message.topic, sequence: message.sequence }, 'Triage failed on a message')
    if (isSuspect(message)) await deadLetter(message, 'Handling it alone failed.')
    else held.release(message)
  }

  return async (messages) => {
    const { found, refused, failed } = judge(messages, index, canLog)
    for (const { message, error } of failed) await giveBack(message, error)
    counts.matched += found.filter(({ targets }) => targets.length > 0).length
    const { rest } = await apply.begin(found, refusedLate)
    const finish = async () => {
      // The acknowledgement comes last: the event is logged, its keys are invalidated, and no widget placed by now is
      // missing in the index that it was matched with.
      const { unlogged } = await rest()
      await known([])
      for (const { message, reason } of [...refused, ...unlogged]) await deadLetter(message, reason)
      const dead = new Set(unlogged.map(({ message }) => message))
      for (const finding of found) if (!dead.has(finding.message)) acknowledge(finding)
    }
    return { whole: finish() }
  }
}
