import type { HubView } from '#backend/wire.ts'
import { backoff } from './backoff.ts'
import type { Follow } from './follow.ts'
import type { World } from './world.ts'

/** Reads hubs again whose layout is older than the stream says. */
export interface Layouts {
  /** The stream named a revision. */
  told(follow: Follow, revision: number): void
}

export function openLayouts(options: {
  readonly world: World
  readonly signal: AbortSignal
  stillFollowed(follow: Follow): boolean
  take(follow: Follow, view: HubView): void
  gone(follow: Follow): void
}): Layouts {
  const { world, signal, stillFollowed, take, gone } = options
  const reading = new Set<Follow>()

  async function read(follow: Follow): Promise<void> {
    for (let failures = 1; stillFollowed(follow) && follow.layout.revision < follow.told; failures++) {
      // A failed read is tried again like one that was answered by a node that lags behind.
      const view = await world.read.hub(follow.hub).catch(() => null)
      if (!stillFollowed(follow)) return
      if (view === undefined) return gone(follow)
      if (view && view.revision > follow.layout.revision) take(follow, view)
      if (follow.layout.revision < follow.told) await world.rest(backoff(failures, world.random), signal)
    }
  }

  return {
    told(follow, revision) {
      if (revision <= follow.layout.revision) return
      follow.told = Math.max(follow.told, revision)
      if (reading.has(follow)) return
      reading.add(follow)
      void read(follow).finally(() => reading.delete(follow))
    },
  }
}
