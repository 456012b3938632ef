import type { WidgetTypeView } from '#contract/widget-type-view.ts'
import type { DeadLetters } from '../bus/dead-letters.ts'
import type { Cache } from '../cache/cache.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { HubsRoom } from '../hubs/hubs.ts'
import type { LookUp } from '../hubs/look-up.ts'
import type { Publish } from '../ingest/publish.ts'
import type { Snapshots } from '../stream/snapshots.ts'
import type { Explain } from './bounded-explain.ts'
import { deadLetterOperations } from './dead-letters.ts'
import { eventOperations } from './events.ts'
import { hubOperations } from './hubs.ts'
import type { PublishRate } from './publish-rate.ts'
import { widgetTypeOperations } from './widget-types.ts'
import { widgetOperations } from './widgets.ts'

/** What the operations work on. */
export interface OperationParts {
  readonly hubs: HubsRoom
  readonly memory: FollowedHubs
  readonly lookUp: LookUp
  readonly snapshots: Snapshots
  readonly cache: Cache
  readonly explain: Explain
  readonly types: readonly WidgetTypeView[]
  readonly publish: Publish
  readonly rate: PublishRate
  readonly dead: DeadLetters
  /** The path all addresses are below. */
  readonly basePath?: string
}

/** All that can be done with Hubs, in one list: every door is made of it. */
export function operations(parts: OperationParts) {
  return [
    hubOperations(parts),
    widgetOperations(parts),
    widgetTypeOperations(parts),
    eventOperations(parts),
    deadLetterOperations(parts),
  ].flat()
}

/** Each of them, for those who call one and are to be told what it takes and answers. */
export type Operations = ReturnType<typeof operations>[number]
