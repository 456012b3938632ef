import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import type { Bus, StoredMessage } from '../bus/bus.ts'
import type { Cache } from '../cache/cache.ts'

/** Milliseconds between two looks at the epoch. */
const EVERY = 1_000
/** Milliseconds of the bus that are triaged again. */
const WINDOW = 60_000

/** Which epoch the bus was last replayed for, known to all daemons. */
export interface ReplayMemory {
  /**
   * Runs `replay` if none of the daemons has yet for this epoch, and remembers it once it has resolved. Says whether
   * that epoch is done; otherwise another daemon is at it.
   */
  once(epoch: number, replay: () => Promise<void>): Promise<boolean>
}

/**
 * After the cache has lost its past, one daemon triages the last window of the bus again: its invalidations may be
 * among what was lost, though acknowledged. Resolves when `signal` is aborted.
 */
export async function keepReplayed(options: {
  readonly bus: Pick<Bus, 'replay'>
  readonly cache: Pick<Cache, 'read'>
  readonly replays: ReplayMemory
  readonly triage: (messages: readonly StoredMessage[]) => Promise<void>
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly signal: AbortSignal
}): Promise<void> {
  const { bus, cache, replays, triage, logger, signal } = options
  let done = 0
  let failing = false

  async function replay(epoch: number): Promise<void> {
    // An epoch is minted from the clock, or just above the one before it.
    const since = Math.min(Date.now(), epoch) - WINDOW
    let count = 0
    for await (const messages of bus.replay(since, signal)) {
      await triage(messages)
      count += messages.length
    }
    signal.throwIfAborted()
    logger.info({ epoch, count }, 'The cache began a new epoch: the last events were triaged again')
  }

  await every(EVERY, signal, async () => {
    try {
      const { epoch } = (await cache.read([])).cursor
      if (epoch !== done && (await replays.once(epoch, () => replay(epoch)))) done = epoch
      failing = false
    } catch (err) {
      if (!failing && !signal.aborted)
        logger.warn({ err }, 'The last events are to be triaged again; trying on')
      failing = true
    }
  })
}
