import { type Logger, pino } from 'pino'
import { busMessages, events, facts } from '#drizzle/schema.ts'
import type { Bus } from '../bus/bus.ts'
import { busStore } from '../bus/bus-store.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import { type Cache, CacheAway } from '../cache/cache.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { OpenDatabase } from '../db/database.ts'
import { DatabaseAway } from '../db/database-away.ts'
import type { EventLog } from '../ingest/event-log.ts'
import { openEventLog } from '../ingest/open-event-log.ts'
import type { TriageCounts } from './counts.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { type MatchingIndex, matchingIndex } from './matching.ts'
import { replayMemory } from './replay-memory.ts'
import { openTriage } from './triage.ts'

/** Triage on embedded stores, whose cache and event log can be taken away. */
export interface TestTriage {
  readonly bus: Bus
  readonly cache: Cache
  readonly log: EventLog
  readonly index: MatchingIndex<InvalidationTarget>
  readonly counts: Readonly<TriageCounts>
  readonly away: { cache: boolean; log: boolean }
  /** What was asked of the stores, in order: `log ID…`, `invalidate KEY…`. */
  readonly trace: string[]
  start(): void
  stop(): Promise<void>
  publish(topic: string, id: string, data?: unknown): Promise<void>
  /** How often the key, which is watched from now on, has been invalidated. */
  required(key: string): Promise<number>
}

export async function openTestTriage(
  database: OpenDatabase,
  options: {
    onDue?: () => void
    cache?: Cache
    bus?: Bus
    keep?: boolean
    replays?: boolean
    indexed?: () => Promise<void>
    logger?: Logger
  } = {},
): Promise<TestTriage> {
  if (!options.keep) for (const table of [busMessages, events, facts]) await database.db.delete(table)
  const logger = options.logger ?? pino({ level: 'silent' })
  const bus = options.bus ?? (await memoryBus({ store: busStore(database.db), log: logger }))
  const cache = options.cache ?? memoryCache()
  const log = openEventLog(database.db)
  const index = matchingIndex<InvalidationTarget>()
  const away = { cache: false, log: false }
  const trace: string[] = []
  const ending = new AbortController()
  let done: Promise<void> | undefined

  const unsteadyCache: Cache = {
    ...cache,
    async invalidate(marks) {
      if (away.cache) throw new CacheAway('away')
      trace.push(`invalidate ${[...new Set(marks.map(({ key }) => key))].join(' ')}`)
      return cache.invalidate(marks)
    },
  }
  const unsteadyLog: EventLog = {
    ...log,
    async append(received) {
      if (away.log) throw new DatabaseAway({ cause: undefined })
      const unlogged = await log.append(received)
      trace.push(`log ${received.map(({ id }) => id).join(' ')}`)
      return unlogged
    },
  }

  const triage = openTriage({
    bus,
    cache: unsteadyCache,
    log: unsteadyLog,
    index,
    indexed: options.indexed ?? (async () => {}),
    // Each begins a new epoch, which most tests are not about.
    replays: options.replays ? replayMemory(database) : { once: async () => true },
    logger,
    ...(options.onDue ? { onDue: options.onDue } : {}),
  })

  return {
    bus,
    cache,
    log,
    index,
    counts: triage.counts,
    away,
    trace,
    start() {
      done = triage.run(ending.signal)
    },
    async stop() {
      ending.abort()
      await done
      await bus.close()
    },
    async publish(topic, id, data = null) {
      const body = JSON.stringify({ specversion: '1.0', id, source: 's', type: 't', data })
      await bus.publish([{ topic, id, body }])
    },
    async required(key) {
      const [entry] = (await cache.interest([key], 600_000)).entries
      return entry?.required ?? 0
    },
  }
}
