import type { Logger } from 'pino'
import type { Service } from '../base/service.ts'
import type { Bus } from '../bus/bus.ts'
import type { Cache, Invalidator } from '../cache/cache.ts'
import type { EventLog } from '../ingest/event-log.ts'
import { writeBehind } from '../ingest/write-behind.ts'
import { applier } from './apply.ts'
import { consume } from './consume.ts'
import { type TriageCounts, triageCounts, triageFigures } from './counts.ts'
import { deadLetters } from './dead-letters.ts'
import { messageHandler } from './handler.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { judge } from './judge.ts'
import type { MatchingIndex } from './matching.ts'
import { keepReplayed, type ReplayMemory } from './replay-window.ts'
import { undecidedDeliveries } from './undecided-deliveries.ts'

/** Takes events off the bus and invalidates the keys they make stale. A message is acknowledged last. */
export interface Triage extends Service {
  readonly counts: Readonly<TriageCounts>
}

export function openTriage(options: {
  readonly bus: Bus
  readonly cache: Pick<Cache, 'read'> & Invalidator
  readonly log: EventLog
  readonly index: MatchingIndex<InvalidationTarget>
  /**
   * Resolves when every widget placed by now is in the index and its key invalidated. What was matched without it is
   * acknowledged after that only, or a daemon that ends in between would lose the event for it.
   */
  readonly indexed: () => Promise<void>
  readonly replays: ReplayMemory
  readonly logger: Logger
  /** A key is due: refresh need not wait to be told. */
  readonly onDue?: () => void
}): Triage {
  const { bus, cache, log, index, indexed, replays, logger, onDue = () => {} } = options
  const counts = triageCounts()
  return {
    counts,
    figures: triageFigures(counts, index),
    async run(signal) {
      const behind = writeBehind({ log, counts, logger, signal })
      const apply = applier({ cache, log, behind, counts, logger, signal, onDue })
      const held = undecidedDeliveries()
      const deadLetter = deadLetters({ held, counts, logger, signal })
      const canLog = () => behind.hasCapacity
      const handle = messageHandler({
        ...{ index, canLog, apply, indexed, held, deadLetter, counts, logger, signal },
      })
      const replaying = keepReplayed({
        bus,
        cache,
        replays,
        logger,
        signal,
        async triage(messages) {
          const { found } = judge(messages, index, () => false)
          const matched = found.filter(({ targets }) => targets.length > 0)
          const { rest } = await apply.begin(matched)
          await rest()
          counts.replayed += messages.length
        },
      })
      try {
        await consume({ bus, index, apply, handle, held, deadLetter, counts, logger, signal })
        await replaying
        // Last, when nothing is offered any more.
        await behind.close()
      } finally {
        held.close()
      }
    },
  }
}
