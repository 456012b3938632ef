import type { Logger } from 'pino'
import { inSlices } from '../base/slice.ts'
import type { Projection } from '../changes/projection.ts'
import { type HubChange, type HubMemory, hubMemory } from './hub-memory.ts'
import type { HubsRoom } from './hubs.ts'
import type { Placer } from './placed.ts'
import type { StoredHub } from './stored-hub.ts'

/** All hubs as of the last change read. */
export interface HubsProjection extends HubMemory, Projection {
  /** Calls back for each hub there is, then for every change, in order. Returns its own undo. */
  onChange(listener: (change: HubChange) => void): () => void
}

export function hubsProjection(options: {
  hubs: Pick<HubsRoom, 'all' | 'named'>
  place: Placer
  log: Logger
}): HubsProjection {
  const { hubs, place, log } = options
  const memory = hubMemory()
  const listeners = new Set<(change: HubChange) => void>()

  function set(slug: string, stored: StoredHub | undefined): void {
    const change = memory.set(slug, stored && place(stored))
    if (change.before || change.after) for (const listener of listeners) tell(listener, change)
  }

  function tell(listener: (change: HubChange) => void, change: HubChange): void {
    try {
      listener(change)
    } catch (error) {
      log.error({ err: error, hub: change.slug }, 'a follower of hubs failed on a change')
    }
  }

  return {
    ...memory,
    of: ['hub'],
    async load(answered) {
      const gone = new Set(memory.hubs.keys())
      for await (const page of hubs.all()) {
        await inSlices(page, (hub) => {
          gone.delete(hub.slug)
          set(hub.slug, hub)
        })
        answered()
      }
      for (const slug of gone) set(slug, undefined)
    },
    async apply(changes) {
      // Each once, in the order of its last change.
      const slugs = [...new Set(changes.map(({ subject }) => subject.id).reverse())].reverse()
      const there = new Map((await hubs.named(slugs)).map((hub) => [hub.slug, hub]))
      await inSlices(slugs, (slug) => {
        const hub = there.get(slug)
        // Already known when a read before this one met the hub newer than its change.
        if (hub?.revision !== memory.hubs.get(slug)?.revision) set(slug, hub)
      })
    },
    onChange(listener) {
      listeners.add(listener)
      for (const [slug, after] of memory.hubs) tell(listener, { slug, after })
      return () => listeners.delete(listener)
    },
  }
}
