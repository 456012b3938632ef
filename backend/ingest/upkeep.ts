import type { Logger } from 'pino'
import type { EventLog } from './event-log.ts'

const WHOLE_EVERY = 3_600_000

/** What the event log may hold. */
export interface Kept {
  readonly days: number
  readonly rows: number
  readonly bytes: number
}

/**
 * One look at the event log, which removes what is beyond its bytes, and every hour what is beyond the rest too. Never
 * rejects: what could not be done is done by the next look.
 */
export function upkeep(options: {
  readonly log: Pick<EventLog, 'prune'>
  readonly kept: Kept
  /** Told of the topics of what was removed, after which it goes on. */
  readonly removed: (topics: ReadonlySet<string>) => Promise<void>
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly now?: () => number
}): () => Promise<void> {
  const { log, kept, removed, logger, now = () => performance.now() } = options
  let wholeAt = -Infinity

  return async () => {
    const began = now()
    const whole = began - wholeAt >= WHOLE_EVERY
    try {
      for await (const { rows, topics } of log.prune(whole ? kept : { bytes: kept.bytes })) {
        logger.info({ rows }, 'old events were removed from the log')
        await removed(topics)
      }
      if (whole) wholeAt = began
    } catch (err) {
      logger.warn({ err }, 'the event log could not be pruned')
    }
  }
}
