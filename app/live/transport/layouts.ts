import type { HubView } from '#contract/hub.ts'
import { backoff } from '../core/backoff.ts'
import {
  type AnnouncedLayout,
  hasKeys,
  isCurrent,
  isSettled,
  keysById,
  type Subscription,
} from '../core/subscription.ts'
import type { Environment } from './environment.ts'

/** Reads hubs again whose layout is not what the stream says: of a lower revision too, for its keys may be of another build. */
export interface Layouts {
  /** The stream said how it stands. */
  told(follow: Subscription, told: AnnouncedLayout): void
  /** `Environment.now()` of the first read that did not bring what was told, while none has. */
  failingSince(follow: Subscription): number | undefined
}

export function openLayouts(options: {
  readonly environment: Environment
  readonly signal: AbortSignal
  stillFollowed(follow: Subscription): boolean
  take(follow: Subscription, view: HubView): void
  gone(follow: Subscription): void
  /** Called when `failingSince` may have changed. */
  changed(): void
}): Layouts {
  const { environment, signal, stillFollowed, take, gone, changed } = options
  const reading = new Set<Subscription>()
  const failing = new Map<Subscription, number>()

  async function read(follow: Subscription): Promise<void> {
    for (let failures = 1; stillFollowed(follow) && !isSettled(follow); failures++) {
      // A failed read is tried again like one that was answered by a node that lags behind, or is of another build.
      const view = await environment.read.hub(follow.hub).catch(() => null)
      if (!stillFollowed(follow)) return
      if (view === undefined) return gone(follow)
      if (view && isNews(view, follow)) take(follow, view)
      if (isSettled(follow)) return
      if (!failing.has(follow)) failing.set(follow, environment.now())
      changed()
      await environment.rest(backoff(failures, environment.random), signal)
    }
  }

  return {
    told(follow, told) {
      if (told.revision >= Math.max(follow.layout.revision, follow.announced.revision))
        follow.announced = told
      if (isSettled(follow) || reading.has(follow)) return
      reading.add(follow)
      void read(follow).finally(() => {
        reading.delete(follow)
        if (failing.delete(follow)) changed()
      })
    },
    failingSince: (follow) => failing.get(follow),
  }
}

/** Of the same revision only other keys are, unless others still were told. */
function isNews(view: HubView, follow: Subscription): boolean {
  if (view.revision !== follow.layout.revision) return view.revision > follow.layout.revision
  return isCurrent(view, follow) && !hasKeys(view, follow.widget, keysById(follow.layout))
}
