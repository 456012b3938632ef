import type { Logger } from 'pino'
import { lineSample } from '../base/line-sample.ts'
import { retry } from '../base/retry.ts'
import type { Bus, DeliveredMessage } from '../bus/bus.ts'
import type { Cache, Invalidator } from '../cache/cache.ts'
import type { EventLog } from '../ingest/event-log.ts'
import { together } from '../ingest/together.ts'
import { writeBehind } from '../ingest/write-behind.ts'
import { applier } from './apply.ts'
import type { TriageCounts } from './counts.ts'
import { heldDeliveries } from './held.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { type Finding, judge } from './judge.ts'
import type { MatchingIndex } from './matching.ts'
import { keepReplayed, type ReplayMemory } from './replay-window.ts'
import { settling } from './settling.ts'

/**
 * Messages taken at once. The keys of two batches may be invalidated at a time, each with its lease: with more of them
 * there is no room for all to be loaded at once, and each that waits costs another round trip.
 */
const BATCH = 256
/**
 * Messages in hand from which on no more are taken until some are acknowledged. Not batches: while the log is slow or
 * away, events that come one by one go on to invalidate what need not wait for it.
 */
const IN_HAND = 8_192
/** Bytes of theirs, from which on no more are taken either. */
const IN_HAND_BYTES = 64 * 1024 * 1024
/** Deliveries after which a message is handled alone. */
const SUSPECT = 5
/** Deliveries after which it is taken to have ended the process each time. */
const FATAL = 10

/**
 * Takes events off the bus and invalidates the keys they make stale, until `signal` aborts. A message is acknowledged
 * last. While the database is away no more is taken than `IN_HAND`, which stay in progress, while the cache is two batches.
 */
export async function runTriage(options: {
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
  readonly counts: TriageCounts
  readonly logger: Logger
  readonly signal: AbortSignal
  /** A key is due: refresh need not wait to be told. */
  readonly onDue?: () => void
}): Promise<void> {
  const { bus, cache, log, index, indexed, replays, counts, logger, signal, onDue = () => {} } = options
  const behind = writeBehind({ log, counts, logger, signal })
  const apply = applier({ cache, log, behind, counts, logger, signal, onDue })
  const held = heldDeliveries()
  const settle = settling({ signal })
  const inFlight = new Set<Promise<void>>()
  const lines = lineSample()
  /** Messages of `inFlight`. */
  let inHand = 0
  let inHandBytes = 0
  /** Of the last batch; never rejects. */
  let invalidating: Promise<unknown> = Promise.resolve()
  const room = () => behind.room

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

  /** Resolves when the keys that wait for nothing are invalidated; `whole` when all is done and acknowledged. */
  async function begin(deliveries: readonly DeliveredMessage[]): Promise<{ whole: Promise<void> }> {
    const { found, refused, failed } = judge(deliveries, index, room)
    for (const { message, error } of failed) await giveBack(message, error)
    counts.matched += found.filter(({ targets }) => targets.length > 0).length
    const { rest } = await apply.begin(found, refusedLate)
    const finish = async () => {
      const { unlogged } = await rest()
      await known([])
      for (const { message, reason } of [...refused, ...unlogged]) await deadLetter(message, reason)
      const dead = new Set(unlogged.map(({ message }) => message))
      for (const finding of found) if (!dead.has(finding.message)) finishOne(finding)
    }
    return { whole: finish() }
  }

  /** By the log, after the message was acknowledged: it is put aside all the same. */
  function refusedLate(message: DeliveredMessage, reason: string): void {
    deadLetter(message, reason).catch((err: unknown) =>
      logger.warn({ err, topic: message.topic, reason }, 'A message was not put aside'),
    )
  }

  function finishOne(finding: Finding<DeliveredMessage>): void {
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
    if (message.deliveries > SUSPECT) await deadLetter(message, 'Handling it alone failed.')
    else held.release(message)
  }

  async function deadLetter(message: DeliveredMessage, reason: string): Promise<void> {
    const { topic, sequence } = message
    await retry(() => message.deadLetter(reason), {
      signal,
      onFailure() {
        counts.away += 1
      },
    })
    held.release(message)
    counts.deadLettered += 1
    const sampled = lines.take('dead letter')
    if (sampled) logger.warn({ topic, sequence, reason, ...sampled }, 'A message went to the dead letters')
  }

  /** Resolves when the next batch may be taken: once the keys of the one before this are invalidated. */
  async function handle(deliveries: readonly DeliveredMessage[]): Promise<void> {
    while (inHand >= IN_HAND || inHandBytes >= IN_HAND_BYTES) await Promise.race(inFlight)
    const bytes = deliveries.reduce((sum, { body }) => sum + body.byteLength, 0)
    inHand += deliveries.length
    inHandBytes += bytes
    const begun = begin(deliveries)
    const ended = begun
      .then(({ whole }) => whole)
      .catch((err: unknown) => interrupted(deliveries, err))
      .finally(() => {
        inHand -= deliveries.length
        inHandBytes -= bytes
        inFlight.delete(ended)
      })
    inFlight.add(ended)
    const before = invalidating
    invalidating = begun.catch(() => {})
    await before
  }

  /** The stores were away until the end: what is not acknowledged comes again. */
  function interrupted(deliveries: readonly DeliveredMessage[], err: unknown): void {
    for (const message of deliveries) held.release(message)
    if (signal.aborted) logger.debug({ err }, 'Triage ended with messages in hand')
    else logger.error({ err }, 'Triage gave messages up; they come again')
  }

  async function handleAlone(message: DeliveredMessage): Promise<void> {
    if (message.deliveries > FATAL) {
      // First aside, then handled: if it ends the process again, then for the last time.
      await deadLetter(message, `It was delivered ${message.deliveries} times and never finished.`)
    }
    await Promise.all(inFlight)
    const { whole } = await begin([message])
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

  async function consume(): Promise<void> {
    for await (const batch of bus.consume({ max: BATCH, signal, lost })) {
      counts.events += batch.length
      held.hold(batch)
      const trusted = batch.filter(({ deliveries }) => deliveries <= SUSPECT)
      const suspect = batch.filter(({ deliveries }) => deliveries > SUSPECT)
      if (trusted.length > 0) await handle(trusted)
      try {
        for (const message of suspect) await handleAlone(message)
      } catch (err) {
        interrupted(suspect, err)
      }
    }
  }

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
    await consume().catch((err: unknown) => {
      // The cache was away to the end. What follows the lost events is not acknowledged, so the next daemon sees the gap.
      if (!signal.aborted) throw err
      logger.debug({ err }, 'Triage ended before all that follows events was invalidated')
    })
    await Promise.all([...inFlight, replaying])
    await behind.close()
  } finally {
    held.close()
  }
}
