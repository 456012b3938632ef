import type { Logger } from 'pino'
import type { Figure } from '../base/figure.ts'
import { openQuota } from '../base/quota.ts'
import { runAll, type Service } from '../base/service.ts'
import type { Env, Role } from '../env.ts'
import { hubFigures } from '../hubs/figures.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { HubsRoom } from '../hubs/hubs.ts'
import type { LookUp } from '../hubs/look-up.ts'
import type { EventLog } from '../ingest/event-log.ts'
import type { Lacking } from '../refresh/availability.ts'
import type { Stores } from '../stores.ts'
import { livenessFigures, sessionFigures } from '../stream/figures.ts'
import { type FollowedKeys, followKeys } from '../stream/followed-keys.ts'
import { layoutsOf } from '../stream/hub-layouts.ts'
import { followLiveness, type Liveness } from '../stream/liveness.ts'
import { openSessions, type StreamSessions } from '../stream/sessions.ts'
import { openSnapshots, type Snapshots } from '../stream/snapshots.ts'
import { closedHeaders } from './http/answer.ts'
import { sharedHeaders } from './http/cross-origin.ts'
import { healthEndpoints } from './http/health.ts'
import { metricsRoute } from './http/metrics.ts'
import { openApiRoute } from './http/openapi.ts'
import type { RawRoute, Route } from './http/route.ts'
import { streamEndpoint, streamRoute } from './http/stream.ts'
import { pageServices } from './page-services.ts'
import { provideServices } from './services.ts'
import { webRoutes } from './web-routes.ts'

/** What runs keeps pages and streams up to date. */
export interface Front extends Service {
  readonly routes: readonly (Route | RawRoute)[]
  /** Tells streams to go elsewhere and ends them, spread over so many seconds. */
  drain(seconds: number): Promise<void>
}

interface FrontOptions {
  readonly env: Env
  /** `HUBS_SECRET`. */
  readonly secret: string
  readonly stores: Pick<Stores, 'cache' | 'bus'>
  readonly hubs: HubsRoom
  readonly followed: FollowedHubs
  readonly lookUp: LookUp
  readonly lacking: Lacking
  readonly eventLog: EventLog
  readonly origin: string
  /** The path of `origin`. */
  readonly basePath?: string
  readonly build: string
  /** Of everything else in this process, for `/metrics`. */
  readonly figures: readonly Figure[]
  readonly log: Logger
  readonly draining: () => boolean
  /** Which stores do not serve now, in sentences for readers. */
  readonly why?: () => string | undefined
}

/** What pages and streams show from: how far the line has come, and the keys that somebody here looks at. */
interface Live {
  readonly liveness: Liveness
  readonly keys: FollowedKeys
}

interface Streams {
  readonly sessions: StreamSessions
  readonly route: RawRoute
}

/** The web and stream roles: every route of this process, as its roles have it. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { env, stores, followed, basePath = '', build } = options
  const has = (role: Role) => env.HUBS_ROLES.includes(role)
  const live = has('web') || has('stream') ? await openLive(options) : undefined
  const routes: (Route | RawRoute)[] = []
  const streams = live && has('stream') ? openStreams(options, live) : undefined
  if (streams) routes.push(streams.route)
  if (live && has('web')) {
    const { liveness } = live
    const snapshots = openSnapshots({ cache: stores.cache, liveness })
    routes.push(...webRoutes({ ...options, snapshots, basePath }))
    providePages(options, snapshots, liveness)
  }
  const figures = [
    ...sessionFigures(streams?.sessions),
    ...hubFigures(followed),
    ...livenessFigures(live?.liveness),
    ...options.figures,
  ]
  const loopback = /^(127\.|::1$|localhost$)/.test(env.HOST)
  routes.push(metricsRoute({ figures, build, token: env.HUBS_METRICS_TOKEN, loopback }))
  // Streams may be served by another process, and health is answered before anything else.
  if (has('web')) routes.push(openApiRoute([...routes, streamEndpoint, ...healthEndpoints], basePath))
  return {
    routes,
    drain: async (seconds) => streams?.sessions.drain(seconds),
    run: (signal) =>
      runAll(
        [live?.keys, streams?.sessions].filter((one) => one !== undefined),
        signal,
      ),
  }
}

async function openLive({ stores, followed, basePath = '', log, why }: FrontOptions): Promise<Live> {
  const { cache } = stores
  const liveness = await followLiveness(cache, () => followed.knownAt, why)
  const keys = await followKeys({ cache, log, onPulse: liveness.heard, basePath })
  return { liveness, keys }
}

function openStreams(options: FrontOptions, { liveness, keys }: Live): Streams {
  const { env, followed, lookUp, build, draining } = options
  const layouts = layoutsOf(followed)
  const headers = { ...closedHeaders, ...sharedHeaders }
  const sessions = openSessions({ keys, layouts, liveness, build, headers })
  const quota = openQuota({ all: env.HUBS_STREAMS, client: env.HUBS_STREAMS_PER_CLIENT })
  return { sessions, route: streamRoute({ sessions, layouts, lookUp, draining, quota }) }
}

function providePages(
  { build, origin, followed, lookUp }: FrontOptions,
  snapshots: Snapshots,
  liveness: Liveness,
): void {
  const databaseAway = () => followed.away
  provideServices(
    pageServices({ build, origin, memory: followed, lookUp, snapshots, liveness, databaseAway }),
  )
}
