import type { Logger } from 'pino'
import { type FollowedChanges, followChanges } from '../changes/follow-changes.ts'
import type { Projection } from '../changes/projection.ts'
import type { OpenDatabase } from '../db/database.ts'
import type { HubsRoom } from './hubs.ts'
import { type HubsProjection, hubsProjection } from './hubs-projection.ts'
import type { Placer } from './placed.ts'

/** All hubs as of the last change read; the last known ones while the database is away. */
export interface FollowedHubs extends Omit<HubsProjection, keyof Projection>, FollowedChanges {}

/** Holds all hubs in memory, as the log of changes says, until `signal` aborts. */
export function followHubs(options: {
  hubs: HubsRoom
  place: Placer
  database: Pick<OpenDatabase, 'db' | 'listen'>
  log: Logger
  signal: AbortSignal
}): FollowedHubs {
  const { database, log, signal } = options
  const held = hubsProjection(options)
  const changes = followChanges({ database, projections: [held], log, signal })
  return {
    hubs: held.hubs,
    widgets: held.widgets,
    byTitle: held.byTitle,
    bySlug: held.bySlug,
    onChange: held.onChange,
    get away() {
      return changes.away
    },
    get knownAt() {
      return changes.knownAt
    },
    get knownUpTo() {
      return changes.knownUpTo
    },
    ready: changes.ready,
    caughtUp: changes.caughtUp,
  }
}
