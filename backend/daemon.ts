import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Secrets } from '#widgets/define.ts'
import { figuresOf, type Running, runAll, type Service } from './base/service.ts'
import { openChangesPruning } from './changes/changes-pruning.ts'
import type { Env } from './env.ts'
import type { FollowedHubs } from './hubs/follow.ts'
import { indexedMark } from './hubs/indexed-mark.ts'
import type { EventLog } from './ingest/event-log.ts'
import { openPruning } from './ingest/pruning.ts'
import { auditor } from './refresh/auditor.ts'
import type { Lacking } from './refresh/availability.ts'
import { gitLog } from './refresh/git-log.ts'
import { guardedFetch } from './refresh/guarded-fetch.ts'
import { hubLoadables } from './refresh/hub-loadables.ts'
import type { OpenContext } from './refresh/load.ts'
import { loadTimes } from './refresh/load-times.ts'
import { contextOpener } from './refresh/open-context.ts'
import { pulseGiver } from './refresh/pulse.ts'
import { openRefresh, type Refresh } from './refresh/refresh.ts'
import type { Stores } from './stores.ts'
import { type HubIndex, openHubIndex } from './triage/hub-index.ts'
import { readersInvalidator } from './triage/readers.ts'
import { replayMemory } from './triage/replay-memory.ts'
import { openTriage } from './triage/triage.ts'

const FETCH_TIMEOUT = 30_000
const FETCH_BYTES = 5 * 1024 * 1024

interface DaemonOptions {
  readonly env: Env
  readonly stores: Stores
  readonly followed: FollowedHubs
  readonly eventLog: EventLog
  readonly secrets: Secrets
  readonly lacking: Lacking
  readonly log: Logger
}

/** Starts the daemon role: triage, refresh, pulse, audits, and the upkeep of the logs of events and of changes. Resolves once triage has begun. */
export async function startDaemon(options: DaemonOptions, signal: AbortSignal): Promise<Running> {
  const { stores, followed, secrets, log } = options
  const { bus, cache, database } = stores

  const index = openHubIndex({
    ...{ followed, mark: indexedMark(database.db), cache, logger: log },
    onDue: () => refresh.poke(),
  })
  const refresh: Refresh = openRefresh({
    ...hubLoadables({ followed, widgetOf: index.widgetOf, secrets }),
    ...{ cache, openContext: openContextOf(options, index), times: loadTimes(), log },
  })
  const triage = triageOf(options, index, refresh)
  const audits = auditor({ cache, memory: followed, refresh, log })

  await followed.ready
  // What is due already does not wait for the index.
  const refreshing = refresh.run(signal)
  // The index before the first event: one that is matched without a widget is lost for it.
  await index.catchUp()
  const services = [
    triage,
    pulseGiver({ bus, cache, log }),
    audits,
    pruningOf(options, index, refresh),
    changesPruningOf(options),
    index,
  ]
  const ended = Promise.all([refreshing, runAll(services, signal)])
  return {
    figures: figuresOf([refresh, ...services]),
    // Last: what came or went until the end is invalidated, while the cache is open.
    ended: ended.then(index.idle),
  }
}

function triageOf({ stores, eventLog, log }: DaemonOptions, index: HubIndex, refresh: Refresh): Service {
  const { bus, cache, database } = stores
  return openTriage({
    ...{ bus, log: eventLog, index: index.matching, indexed: index.current, logger: log },
    // The loads of keys that are due begin in the round trip that invalidates them.
    cache: { read: cache.read, invalidate: refresh.invalidate },
    replays: replayMemory(database),
    onDue: refresh.poke,
  })
}

function pruningOf(
  { env, stores, eventLog, log }: DaemonOptions,
  index: HubIndex,
  refresh: Refresh,
): Service {
  return openPruning({
    log: eventLog,
    retention: { days: env.HUBS_EVENT_DAYS, rows: env.HUBS_EVENT_ROWS, bytes: env.HUBS_EVENT_BYTES },
    removed: readersInvalidator({
      ...{ index: index.matching, cache: stores.cache, onDue: refresh.poke, logger: log },
    }),
    logger: log,
  })
}

function changesPruningOf({ env, stores, log }: DaemonOptions): Service {
  return openChangesPruning({
    db: stores.database.db,
    retention: { days: env.HUBS_CHANGE_DAYS, revisionBytes: env.HUBS_REVISION_BYTES },
    log,
  })
}

/** What loaders may reach: of the network and of the disk what the environment allows. */
function openContextOf(
  { env, followed, eventLog, secrets, lacking }: DaemonOptions,
  index: HubIndex,
): OpenContext {
  const allow = env.HUBS_FETCH_ALLOW
  return contextOpener({
    ...{ memory: followed, byKey: index.widgetOf, secrets, lacking },
    fetch: guardedFetch({ allow, timeout: FETCH_TIMEOUT, maxBytes: FETCH_BYTES }),
    gitLog: gitLog({ roots: env.HUBS_GIT_ROOTS, allow, cacheDir: join(env.HUBS_DATA, 'git') }),
    readEvents: (query) => eventLog.read(query),
  })
}
