import type { Figure } from '../base/figure.ts'
import type { Liveness } from './liveness.ts'
import type { StreamSessions } from './sessions.ts'

/** A process that serves no streams has none. */
export function sessionFigures(sessions: Pick<StreamSessions, 'size'> | undefined): Figure[] {
  return [{ name: 'sessions', help: 'Open event streams.', read: () => sessions?.size ?? 0 }]
}

/** A process that shows nothing does not know: it says 0. */
export function livenessFigures(liveness: Pick<Liveness, 'now' | 'through'> | undefined): Figure[] {
  return [
    {
      name: 'through_age_seconds',
      help: 'Age of the newest moment up to which every event on the bus is acknowledged.',
      read: () => (liveness ? (liveness.now() - liveness.through()) / 1_000 : 0),
    },
  ]
}
