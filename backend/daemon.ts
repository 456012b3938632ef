import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { SecretName } from '#widgets/define.ts'
import type { Env } from './env.ts'
import type { Figure } from './http/metrics.ts'
import type { FollowedHubs } from './hubs/follow.ts'
import type { EventLog } from './ingest/event-log.ts'
import type { Lacking } from './refresh/availability.ts'
import { gitLog } from './refresh/git-log.ts'
import { guardedFetch } from './refresh/guarded-fetch.ts'
import { contextOpener } from './refresh/open-context.ts'
import { runPulse } from './refresh/pulse.ts'
import { runRefresh } from './refresh/refresh.ts'
import type { Stores } from './stores.ts'

const FETCH_TIMEOUT = 30_000
const FETCH_BYTES = 5 * 1024 * 1024
const PRUNE_EVERY = 3_600_000

export interface Daemon {
  readonly figures: readonly Figure[]
  /** Resolves when `signal` is aborted, what was begun has ended and its leases are given back. */
  readonly done: Promise<void>
}

/** The daemon role: triage, refresh, pulse, and the upkeep of the event log. */
export function runDaemon(options: {
  env: Env
  stores: Stores
  followed: FollowedHubs
  eventLog: EventLog
  secrets: Readonly<Partial<Record<SecretName, string>>>
  lacking: Lacking
  log: Logger
  signal: AbortSignal
}): Daemon {
  const { env, stores, followed, eventLog, secrets, lacking, log, signal } = options
  const { bus, cache } = stores

  const refresh = runRefresh({
    cache,
    async find(key) {
      // A web node may know a widget before this process has read of it.
      if (!followed.byKey(key)) await followed.caughtUp().catch(() => {})
      const placed = followed.byKey(key)
      return placed && { key, type: placed.widgetType, params: placed.params }
    },
    openContext: contextOpener({
      memory: followed,
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

  async function prune(): Promise<void> {
    while (!signal.aborted) {
      try {
        const rows = await eventLog.prune({ days: env.HUBS_EVENT_DAYS, rows: env.HUBS_EVENT_ROWS })
        if (rows > 0) log.info({ rows }, 'old events were removed from the log')
      } catch (error) {
        log.warn({ err: error }, 'the event log could not be pruned')
      }
      await setTimeout(PRUNE_EVERY, undefined, { signal }).catch(() => {})
    }
  }

  const done = Promise.all([refresh.done, runPulse({ bus, cache, log, signal }), prune()]).then(() => {})
  const { counts } = refresh
  const figures: Figure[] = [
    { name: 'loads_total', help: 'Loads begun.', read: () => counts.loads },
    { name: 'loads_changed_total', help: 'Loads whose result differed.', read: () => counts.changed },
    { name: 'loads_failed_total', help: 'Loads that failed.', read: () => counts.failed },
    {
      name: 'loads_lost_total',
      help: 'Results thrown away because the lease had become another’s.',
      read: () => counts.lost,
    },
    { name: 'loads_running', help: 'Loads under way.', read: () => counts.running },
  ]
  return { figures, done }
}
