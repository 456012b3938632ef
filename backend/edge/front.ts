import type { Logger } from 'pino'
import type { Figure } from '../base/figure.ts'
import { openQuota } from '../base/quota.ts'
import type { Env, Role } from '../env.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { HubsRoom } from '../hubs/hubs.ts'
import type { LookUp } from '../hubs/look-up.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import type { EventLog } from '../ingest/event-log.ts'
import { publisher } from '../ingest/publish.ts'
import { boundedExplain } from '../operations/bounded-explain.ts'
import { operations } from '../operations/operations.ts'
import { publishRate } from '../operations/publish-rate.ts'
import { widgetTypeViews } from '../operations/widget-type-views.ts'
import type { Lacking } from '../refresh/availability.ts'
import { webhookSecret } from '../secret.ts'
import type { Stores } from '../stores.ts'
import { explainWidget } from '../stream/explain.ts'
import { followKeys } from '../stream/followed-keys.ts'
import { layoutsOf } from '../stream/hub-layouts.ts'
import { followLiveness, type Liveness } from '../stream/liveness.ts'
import { openSessions, type StreamSessions } from '../stream/sessions.ts'
import { openSnapshots } from '../stream/snapshots.ts'
import { closedHeaders } from './http/answer.ts'
import { sharedHeaders } from './http/cross-origin.ts'
import { embedScriptRoute } from './http/embed-script.ts'
import { healthOperations } from './http/health.ts'
import { hookRoutes } from './http/hooks.ts'
import { hubSchemaRoute } from './http/hub-schema.ts'
import { metricsRoute } from './http/metrics.ts'
import { openApiRoute } from './http/openapi.ts'
import { operationRoutes } from './http/operation-routes.ts'
import type { RawRoute, Route } from './http/route.ts'
import { securityTxtRoutes } from './http/security-txt.ts'
import { streamOperation, streamRoute } from './http/stream.ts'
import { webhookHandshake } from './http/webhook-handshake.ts'
import { pageServices } from './page-services.ts'
import { provideServices } from './services.ts'

export interface Front {
  readonly routes: readonly (Route | RawRoute)[]
  drain(seconds: number): Promise<void>
}

/** The web and stream roles: every route of this process, as its roles have it. */
export async function openFront(options: {
  env: Env
  /** `HUBS_SECRET`. */
  secret: string
  stores: Pick<Stores, 'cache' | 'bus'>
  hubs: HubsRoom
  followed: FollowedHubs
  lookUp: LookUp
  lacking: Lacking
  eventLog: EventLog
  origin: string
  /** The path of `origin`. */
  basePath?: string
  build: string
  /** Of everything else in this process, for `/metrics`. */
  figures: readonly Figure[]
  log: Logger
  signal: AbortSignal
  draining: () => boolean
  /** Which stores do not serve now, in sentences for readers. */
  why?: () => string | undefined
}): Promise<Front> {
  const {
    env,
    secret,
    stores,
    hubs,
    followed,
    lookUp,
    lacking,
    eventLog,
    origin,
    basePath = '',
    build,
    log,
    signal,
    draining,
    why,
  } = options
  const { cache, bus } = stores
  const has = (role: Role) => env.HUBS_ROLES.includes(role)
  const layouts = layoutsOf(followed)
  let sessions: StreamSessions | undefined
  let liveness: Liveness | undefined
  const routes: (Route | RawRoute)[] = []

  if (has('web') || has('stream')) {
    const live = await followLiveness(cache, () => followed.knownAt, why)
    liveness = live
    const keys = await followKeys({ cache, log, signal, onPulse: live.heard, basePath })
    if (has('stream')) {
      const headers = { ...closedHeaders, ...sharedHeaders }
      sessions = openSessions({ keys, layouts, liveness: live, build, headers, signal })
      const quota = openQuota({ all: env.HUBS_STREAMS, client: env.HUBS_STREAMS_PER_CLIENT })
      routes.push(streamRoute({ sessions, layouts, lookUp, draining, quota }))
    }
  }

  if (has('web') && liveness) {
    const snapshots = openSnapshots({ cache, liveness })
    const explain = (widget: PlacedWidget) => explainWidget({ widget, cache, eventLog })
    const publish = publisher({ bus })
    const types = widgetTypeViews(lacking)
    routes.push(
      ...operationRoutes(
        operations({
          ...{ hubs, followed, lookUp, snapshots, cache, types, publish, basePath, dead: bus.dead },
          rate: publishRate(env.HUBS_PUBLISH_RATE),
          explain: boundedExplain(explain),
        }),
      ),
      ...hookRoutes({
        publish,
        secretOf: (source) => webhookSecret(source, env.doorSecrets[source], secret),
      }),
      webhookHandshake,
      hubSchemaRoute(types),
      ...securityTxtRoutes({ contact: env.HUBS_SECURITY_CONTACT, origin: env.HUBS_ORIGIN }),
      embedScriptRoute,
    )
    provideServices(
      pageServices({
        build,
        origin,
        memory: followed,
        lookUp,
        snapshots,
        liveness,
        databaseAway: () => followed.away,
      }),
    )
  }

  const figures: Figure[] = [
    { name: 'sessions', help: 'Open event streams.', read: () => sessions?.size ?? 0 },
    { name: 'hubs', help: 'Hubs held in memory.', read: () => followed.hubs.size },
    { name: 'widgets', help: 'Placed widgets held in memory.', read: () => followed.widgets.size },
    {
      name: 'through_age_seconds',
      help: 'Age of the newest moment up to which every event on the bus is acknowledged.',
      read: () => (liveness ? (liveness.now() - liveness.through()) / 1_000 : 0),
    },
    ...options.figures,
  ]
  const loopback = /^(127\.|::1$|localhost$)/.test(env.HOST)
  routes.push(
    metricsRoute({
      figures,
      build,
      token: env.HUBS_METRICS_TOKEN,
      loopback,
    }),
  )

  if (has('web')) {
    // Streams may be served by another process, and health is answered before anything else.
    routes.push(openApiRoute([...routes, streamOperation, ...healthOperations], basePath))
  }

  return {
    routes,
    drain: async (seconds) => sessions?.drain(seconds),
  }
}
