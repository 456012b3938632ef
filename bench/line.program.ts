import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { boundHeapGrowth } from '#backend/base/heap-growth.ts'
import { runAll } from '#backend/base/service.ts'
import { natsBus } from '#backend/bus/nats-bus.ts'
import { redisCache } from '#backend/cache/redis-cache.ts'
import { openDatabase } from '#backend/db/open-database.ts'
import type { EventLog } from '#backend/ingest/event-log.ts'
import { openEventLog } from '#backend/ingest/open-event-log.ts'
import { lazySignal } from '#backend/refresh/lazy-signal.ts'
import { pulseGiver } from '#backend/refresh/pulse.ts'
import { openRefresh, type Refresh } from '#backend/refresh/refresh.ts'
import { followKeys } from '#backend/stream/followed-keys.ts'
import type { HubLayouts, LaidOut } from '#backend/stream/hub-layouts.ts'
import { followLiveness } from '#backend/stream/liveness.ts'
import { openSessions } from '#backend/stream/sessions.ts'
import { followingIndex } from '#backend/triage/following-index.ts'
import { matchingIndex } from '#backend/triage/matching.ts'
import { openTriage, type Triage } from '#backend/triage/triage.ts'
import { partyOf } from '#widgets/kit/party.ts'
import { noopWidget } from './noop-widget.ts'
import { profileOwn } from './own-profile.ts'
import type { Profile } from './profile.ts'
import { answer } from './verbs.ts'
import { interestOf } from './workload.ts'

export interface LineOptions {
  readonly redis: string
  readonly nats: string
  /** Where every event is logged; without it none is. */
  readonly database?: string
  /** Placed widgets, a key each. */
  readonly widgets: number
  /** Widgets that streams can follow, by hubs `h0`, `h1` … of `hubSize`; a watched one's topic is `bench.live.<n>`. */
  readonly live: number
  readonly hubSize: number
  /** Loaders read the event log, so that their keys wait for it. */
  readonly reads?: boolean
  /** Of the whole line, or only as far as the invalidation. */
  readonly upTo: 'invalidate' | 'push'
}

export interface LineCounts {
  readonly events: number
  readonly matched: number
  readonly invalidated: number
  readonly changed: number
  readonly logged: number
}

const logger = pino({ level: 'warn' })
const signal = new AbortController().signal
let triage: Triage | undefined
let refresh: Refresh | undefined
let stopProfile: (() => Promise<Profile>) | undefined

const party = partyOf('bench')
const readNone = async () => ({ events: [], more: false })

const noLog: EventLog = {
  append: async () => [],
  read: readNone,
  prune: async function* () {},
}

async function openLog(url: string | undefined): Promise<EventLog> {
  if (url === undefined) return noLog
  const database = await openDatabase({ url, dataDir: tmpdir(), log: logger })
  await database.migrate()
  return openEventLog(database.db)
}

/** All rooms of the line in one process, as `backend/product.ts` puts them together, with widgets held in memory. */
async function open(options: LineOptions): Promise<number> {
  const { redis, nats, database, widgets, live, hubSize, reads = false, upTo } = options
  const cache = await redisCache({ url: redis })
  const bus = natsBus({ url: nats, log: logger })
  // It connects, and makes its stream, behind the scenes.
  while (!(await bus.through().then(Boolean, () => false))) await setTimeout(20)
  const index = matchingIndex<{ key: string; reads: boolean; settle: number }>()
  const following = followingIndex({ index, cache, logger, signal })
  const place = (id: string, interest: ReturnType<typeof interestOf>) =>
    following.place({ id, key: `noop@1:${id}:shared`, interests: [interest], reads, settle: 0 })
  for (let n = 0; n < widgets; n++) place(`w${n}`, interestOf(n, widgets))
  const hubs = new Map<string, { revision: number; widgets: LaidOut[] }>()
  for (let n = 0; n < live; n++) {
    const id = `live${n}`
    place(id, { topic: `bench.live.${n}` })
    const slug = `h${Math.floor(n / hubSize)}`
    const shown = { id, key: `noop@1:${id}:shared`, token: id, schema: 'noop@1', title: id, rawConfig: null }
    const hub = hubs.get(slug)
    if (hub) hub.widgets.push(shown)
    else hubs.set(slug, { revision: 1, widgets: [shown] })
  }
  following.ready()
  if (upTo === 'push') {
    refresh = openRefresh({
      cache,
      find: (key) => ({ key, type: noopWidget, params: {} }),
      knows: () => true,
      sourceOf: () => undefined,
      openContext: (_, now, lifetime) =>
        lazySignal(lifetime, { now, party, secrets: {}, fetch, events: readNone, gitLog: async () => [] }),
      log: logger,
    })
    void refresh.run(signal)
    void pulseGiver({ bus, cache, log: logger }).run(signal)
  }
  triage = openTriage({
    bus,
    cache: { read: cache.read, invalidate: (refresh ?? cache).invalidate },
    log: await openLog(database),
    index,
    indexed: async () => {},
    replays: { once: async () => true },
    logger,
    onDue: () => refresh?.poke(),
  })
  void triage.run(signal)

  const layouts: HubLayouts = {
    hub: (slug) => hubs.get(slug),
    widget: () => undefined,
    onChange: () => () => {},
  }
  const liveness = await followLiveness(cache, () => performance.now())
  const keys = await followKeys({ cache, log: logger, onPulse: liveness.heard })
  const sessions = openSessions({ keys, layouts, liveness, build: 'bench' })
  void runAll([keys, sessions], signal)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    request.socket.setNoDelay(true)
    sessions
      .open(response, { hubs: url.searchParams.getAll('hub'), widgets: [] }, undefined)
      .catch((error) => {
        logger.error({ err: error }, 'a stream could not be opened')
        response.destroy()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const verbs = {
  open,
  async profile(): Promise<void> {
    stopProfile = await profileOwn()
  },
  /** Since `profile`. */
  async profiled(): Promise<Profile> {
    if (!stopProfile) throw new Error('No profile was begun.')
    return stopProfile()
  },
  async counts(): Promise<LineCounts> {
    const { events = 0, matched = 0, invalidated = 0, logged = 0 } = triage?.counts ?? {}
    return { events, matched, invalidated, logged, changed: refresh?.counts.changed ?? 0 }
  },
}
export type LineVerbs = typeof verbs

boundHeapGrowth()
answer(verbs)
