import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import type { Service } from '../base/service.ts'
import type { EventLog } from './event-log.ts'

/** Milliseconds between two looks whether the event log is larger than it may be, and between those at its rows and days. */
const LOOK_EVERY = 300_000
const WHOLE_EVERY = 3_600_000

/** What the event log may hold: whichever of them is less. `bytes` are of data. */
export interface Retention {
  readonly days: number
  readonly rows: number
  readonly bytes: number
}

/** Keeps the event log within what it may hold. */
export interface Pruning extends Service {
  /**
   * Removes what is beyond its bytes, and every hour what is beyond the rest too. Never rejects: what could not be done is
   * done by the next look.
   */
  look(signal: AbortSignal): Promise<void>
}

export function openPruning(options: {
  readonly log: Pick<EventLog, 'prune'>
  readonly retention: Retention
  /** Told of the topics of what was removed, after which it goes on. */
  readonly removed: (topics: ReadonlySet<string>, signal: AbortSignal) => Promise<void>
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly now?: () => number
}): Pruning {
  const { log, retention, removed, logger, now = () => performance.now() } = options
  let wholeAt = -Infinity

  async function look(signal: AbortSignal): Promise<void> {
    const began = now()
    const whole = began - wholeAt >= WHOLE_EVERY
    try {
      for await (const { rows, topics } of log.prune(whole ? retention : { bytes: retention.bytes })) {
        logger.info({ rows }, 'old events were removed from the log')
        await removed(topics, signal)
      }
      if (whole) wholeAt = began
    } catch (err) {
      logger.warn({ err }, 'the event log could not be pruned')
    }
  }

  return { look, run: (signal) => every(LOOK_EVERY, signal, () => look(signal)) }
}
