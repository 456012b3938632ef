import type { Env } from '../env.ts'
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
import type { Snapshots } from '../stream/snapshots.ts'
import { embedScriptRoute } from './http/embed-script.ts'
import { hookRoutes } from './http/hooks.ts'
import { hubSchemaRoute } from './http/hub-schema.ts'
import { operationRoutes } from './http/operation-routes.ts'
import type { RawRoute, Route } from './http/route.ts'
import { securityTxtRoutes } from './http/security-txt.ts'
import { webhookHandshake } from './http/webhook-handshake.ts'

/** The routes of the web role, beside pages. */
export function webRoutes(options: {
  readonly env: Env
  /** `HUBS_SECRET`. */
  readonly secret: string
  readonly stores: Pick<Stores, 'cache' | 'bus'>
  readonly hubs: HubsRoom
  readonly followed: FollowedHubs
  readonly lookUp: LookUp
  readonly lacking: Lacking
  readonly eventLog: EventLog
  readonly snapshots: Snapshots
  readonly basePath: string
}): readonly (Route | RawRoute)[] {
  const { env, secret, hubs, followed, lookUp, lacking, eventLog, snapshots, basePath } = options
  const { cache, bus } = options.stores
  const explain = (widget: PlacedWidget) => explainWidget({ widget, cache, eventLog })
  const publish = publisher({ bus })
  const types = widgetTypeViews(lacking)
  return [
    ...operationRoutes(
      operations({
        ...{ hubs, memory: followed, lookUp, snapshots, cache, types, publish, basePath, dead: bus.dead },
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
  ]
}
