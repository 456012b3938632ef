import type { Logger } from 'pino'
import { lineSample } from '../base/line-sample.ts'
import { retry } from '../base/retry.ts'
import type { DeliveredMessage } from '../bus/bus.ts'
import type { TriageCounts } from './counts.ts'
import type { UndecidedDeliveries } from './undecided-deliveries.ts'

/** Puts a message aside for good, waiting for a bus that is away. Rejects only once `signal` is aborted. */
export type DeadLetterMessage = (message: DeliveredMessage, reason: string) => Promise<void>

export function deadLetters(options: {
  readonly held: Pick<UndecidedDeliveries, 'release'>
  readonly counts: TriageCounts
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
}): DeadLetterMessage {
  const { held, counts, logger, signal } = options
  const lines = lineSample()
  const onFailure = () => {
    counts.away += 1
  }
  return async (message, reason) => {
    const { topic, sequence } = message
    await retry(() => message.deadLetter(reason), { signal, onFailure })
    held.release(message)
    counts.deadLettered += 1
    const sampled = lines.take('dead letter')
    if (sampled) logger.warn({ topic, sequence, reason, ...sampled }, 'A message went to the dead letters')
  }
}
