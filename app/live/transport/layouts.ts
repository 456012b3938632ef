import type { HubView } from '#contract/hub.ts'
import { backoff } from '../core/backoff.ts'
import { type Follow, hasKeys, isCurrent, isSettled, keysById, type Told } from '../core/follow.ts'
import type { World } from './world.ts'

/** Reads hubs again whose layout is not what the stream says: of a lower revision too, for its keys may be of another build. */
export interface Layouts {
  /** The stream said how it stands. */
  told(follow: Follow, told: Told): void
  /** `World.now()` of the first read that did not bring what was told, while none has. */
  failingSince(follow: Follow): number | undefined
}

export function openLayouts(options: {
  readonly world: World
  readonly signal: AbortSignal
  stillFollowed(follow: Follow): boolean
  take(follow: Follow, view: HubView): void
  gone(follow: Follow): void
  /** Called when `failingSince` may have changed. */
  changed(): void
}): Layouts {
  const { world, signal, stillFollowed, take, gone, changed } = options
  const reading = new Set<Follow>()
  const failing = new Map<Follow, number>()

  async function read(follow: Follow): Promise<void> {
    for (let failures = 1; stillFollowed(follow) && !isSettled(follow); failures++) {
      // A failed read is tried again like one that was answered by a node that lags behind, or is of another build.
      const view = await world.read.hub(follow.hub).catch(() => null)
      if (!stillFollowed(follow)) return
      if (view === undefined) return gone(follow)
      if (view && isNews(view, follow)) take(follow, view)
      if (isSettled(follow)) return
      if (!failing.has(follow)) failing.set(follow, world.now())
      changed()
      await world.rest(backoff(failures, world.random), signal)
    }
  }

  return {
    told(follow, told) {
      if (told.revision >= Math.max(follow.layout.revision, follow.told.revision)) follow.told = told
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
function isNews(view: HubView, follow: Follow): boolean {
  if (view.revision !== follow.layout.revision) return view.revision > follow.layout.revision
  return isCurrent(view, follow) && !hasKeys(view, follow.widget, keysById(follow.layout))
}
