import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Secrets } from '#widgets/define.ts'
import { widgetType } from '#widgets/registry.ts'
import { openDurations } from './base/durations.ts'
import type { Figure } from './base/figure.ts'
import { every } from './base/pause.ts'
import { retry } from './base/retry.ts'
import { figuresOf, runAll } from './base/service.ts'
import type { Key } from './cache/version.ts'
import type { Env } from './env.ts'
import type { FollowedHubs } from './hubs/follow.ts'
import { indexedMark } from './hubs/indexed-mark.ts'
import type { PlacedWidget } from './hubs/placed.ts'
import type { EventLog } from './ingest/event-log.ts'
import { upkeep } from './ingest/upkeep.ts'
import { auditor, runAuditor } from './refresh/auditor.ts'
import type { Lacking } from './refresh/availability.ts'
import { gitLog } from './refresh/git-log.ts'
import { guardedFetch } from './refresh/guarded-fetch.ts'
import { contextOpener } from './refresh/open-context.ts'
import { runPulse } from './refresh/pulse.ts'
import { runRefresh } from './refresh/refresh.ts'
import { sourceOf } from './refresh/source.ts'
import type { Stores } from './stores.ts'
import { followingIndex } from './triage/following-index.ts'
import { indexHubs } from './triage/index-hubs.ts'
import type { InvalidationTarget } from './triage/invalidation-target.ts'
import { matchingIndex } from './triage/matching.ts'
import { readersOf } from './triage/readers.ts'
import { replayMemory } from './triage/replay-memory.ts'
import { openTriage } from './triage/triage.ts'
import { invalidateUnseen, markKeeper } from './triage/unseen-widgets.ts'

const FETCH_TIMEOUT = 30_000
const FETCH_BYTES = 5 * 1024 * 1024
/** Milliseconds between two looks whether the event log is larger than it may be. */
const LOOK_EVERY = 300_000

export interface Daemon {
  readonly figures: readonly Figure[]
  /** Resolves when `signal` is aborted, what was begun has ended and its leases are given back. */
  readonly done: Promise<void>
}

/** The daemon role: triage, refresh, pulse, and the upkeep of the event log. Resolves once triage has begun. */
export async function runDaemon(options: {
  env: Env
  stores: Stores
  followed: FollowedHubs
  eventLog: EventLog
  secrets: Secrets
  lacking: Lacking
  log: Logger
  signal: AbortSignal
}): Promise<Daemon> {
  const { env, stores, followed, eventLog, secrets, lacking, log, signal } = options
  const { bus, cache, database } = stores
  const index = matchingIndex<InvalidationTarget>()

  let poke = () => {}
  const following = followingIndex({ index, cache, logger: log, signal, onDue: () => poke() })
  // From the first hub that is read, so that none is gone through twice.
  indexHubs(followed, following)
  await followed.ready

  function byKey(key: Key): PlacedWidget | undefined {
    const widget = followed.widgets.get(following.shows(key) ?? '')
    return widget?.problem ? undefined : widget
  }

  const loadTimes = openDurations({
    name: 'load_duration_seconds',
    help: 'Time a load took, by the type of its widget and how it ended.',
    labels: ['type', 'outcome'],
  })

  const refresh = runRefresh({
    onEnd: (type, outcome, ms) => loadTimes.observe({ type, outcome }, ms),
    cache,
    find(key) {
      const placed = byKey(key)
      return placed && { key, type: placed.widgetType, params: placed.params, hub: placed.hub }
    },
    // A web node may know a widget before this process has read of it.
    catchUp: () => followed.caughtUp().catch(() => {}),
    knows(key) {
      const [type = '', version] = key.slice(0, key.indexOf(':')).split('@')
      return String(widgetType(type)?.definition.version) === version
    },
    sourceOf: (loadable) => sourceOf(loadable, secrets),
    openContext: contextOpener({
      memory: followed,
      byKey,
      fetch: guardedFetch({ allow: env.HUBS_FETCH_ALLOW, timeout: FETCH_TIMEOUT, maxBytes: FETCH_BYTES }),
      gitLog: gitLog({
        roots: env.HUBS_GIT_ROOTS,
        allow: env.HUBS_FETCH_ALLOW,
        cacheDir: join(env.HUBS_DATA, 'git'),
      }),
      readEvents: (query) => eventLog.read(query),
      secrets,
      lacking,
    }),
    log,
    signal,
  })

  poke = refresh.poke
  // To the end, so that no event of before the start misses a widget of before the start.
  await followed.caughtUp()
  following.ready()
  const mark = indexedMark(database.db)
  await invalidateUnseen({ followed, mark, cache })

  const prune = upkeep({
    log: eventLog,
    kept: { days: env.HUBS_EVENT_DAYS, rows: env.HUBS_EVENT_ROWS, bytes: env.HUBS_EVENT_BYTES },
    async removed(topics) {
      // No event says so, and what was read from the log may be another now.
      const keys = [...readersOf(topics, index)].map((key) => ({ key }))
      const { due } = await retry(() => cache.invalidate(keys), {
        signal,
        onFailure(err, attempt) {
          if (attempt === 1) log.warn({ err }, 'keys of removed events wait for the cache')
        },
      })
      if (due) refresh.poke()
    },
    logger: log,
  })

  const triage = openTriage({
    bus,
    cache: { read: cache.read, invalidate: refresh.invalidate },
    log: eventLog,
    index,
    async indexed() {
      await followed.caughtUp()
      await following.idle()
    },
    replays: replayMemory(database),
    logger: log,
    onDue: refresh.poke,
  })
  const audits = auditor({ cache, memory: followed, refresh, log, signal })
  const services = [triage, markKeeper({ followed, mark, idle: following.idle, log })]
  const done = Promise.all([
    runAll(services, signal),
    refresh.done,
    runPulse({ bus, cache, log, signal }),
    runAuditor(audits, log, signal),
    every(LOOK_EVERY, signal, prune),
  ]).then(following.idle)
  const { counts: loads } = refresh
  const { counts: audited } = audits
  const figures: Figure[] = [
    ...figuresOf(services),
    { name: 'loads_total', help: 'Loads begun.', read: () => loads.loads },
    { name: 'loads_changed_total', help: 'Loads whose result differed.', read: () => loads.changed },
    {
      name: 'loads_unannounced_total',
      help: 'Changes found by the clock alone, of types whose events do not announce all.',
      read: () => loads.unannounced,
    },
    { name: 'loads_failed_total', help: 'Loads that failed.', read: () => loads.failed },
    {
      name: 'loads_lost_total',
      help: 'Results thrown away because the lease had become another’s.',
      read: () => loads.lost,
    },
    { name: 'loads_running', help: 'Loads under way.', read: () => loads.running },
    { name: 'loads_waiting', help: 'Due keys there is no room to load yet.', read: () => loads.waiting },
    {
      name: 'sources_silent',
      help: 'Hosts that do not answer, of which one load at a time is tried.',
      read: () => loads.silent,
    },
    {
      name: 'audits_consistent_total',
      help: 'Fresh results that a new load confirmed.',
      read: () => audited.consistent,
    },
    {
      name: 'audits_inconsistent_total',
      help: 'Fresh results that had changed, with no event within 10 s.',
      read: () => audited.inconsistent[0] ?? 0,
    },
    {
      name: 'audits_inconsistent_1m_total',
      help: 'Of them, those with no event within 1 min.',
      read: () => audited.inconsistent[1] ?? 0,
    },
    {
      name: 'audits_inconsistent_5m_total',
      help: 'Of them, those with no event within 5 min.',
      read: () => audited.inconsistent[2] ?? 0,
    },
    {
      name: 'audits_inconsistent_10m_total',
      help: 'Of them, those with no event within 10 min.',
      read: () => audited.inconsistent[3] ?? 0,
    },
    {
      name: 'audits_discarded_total',
      help: 'Audits that an event or another load overtook.',
      read: () => audited.discarded,
    },
    { name: 'audits_failed_total', help: 'Audits that could not load.', read: () => audited.failed },
  ]
  return { figures: [...figures, loadTimes.metric], done }
}
