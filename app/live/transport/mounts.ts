import type { Attachment, HubLayout, InitialView, Shows, ToPage } from '../core/messages.ts'
import { keysIn, nameOf } from '../core/subscription.ts'
import type { PageCache } from './page-cache.ts'

/** What the components of a document show, each kept current in the cache by what the holder says of it. */
export interface Mounts {
  /** From now on under this id. */
  add(id: string, view: InitialView): void
  remove(id: string): void
  ids(): readonly string[]
  /** What the holder is told of it, with the newest that is known here; nothing of what is gone. */
  attachment(id: string, now: number, hidden: boolean): Attachment | undefined
  /** `now`: server time, in milliseconds since 1970. */
  take(message: Exclude<ToPage, { readonly kind: 'who' }>, now: number): void
  /** Nobody says any more how what is shown stands. */
  forgetStatus(): void
}

interface Mounted {
  readonly shows: Shows
  readonly name: string
  readonly layout: HubLayout
  cursor: string
  gone: boolean
}

export function openMounts(cache: PageCache): Mounts {
  const mounted = new Map<string, Mounted>()

  function layoutOf({ name, layout }: Mounted): HubLayout {
    return cache.layout(name) ?? layout
  }

  /** What nothing here showed was followed by nobody, so what is left of it may have changed unheard. */
  function forgetUnshown({ shows }: Mounted, layout: HubLayout): void {
    const shown = new Set(
      [...mounted.values()].flatMap((one) => [...keysIn(layoutOf(one), one.shows.widget)]),
    )
    for (const key of keysIn(layout, shows.widget)) if (!shown.has(key)) cache.forgetState(key)
  }

  return {
    add(id, { hub, widget, layout, cursor, ...more }) {
      const shows = widget === undefined ? { hub } : { hub, widget }
      const name = nameOf(shows)
      cache.writeGone(name, false)
      cache.seed({ ...shows, layout, cursor, ...more })
      mounted.set(id, { shows, name, layout, cursor, gone: false })
    },
    remove(id) {
      const one = mounted.get(id)
      mounted.delete(id)
      if (one) cache.writeStatus(one.name, null)
    },
    ids: () => [...mounted.keys()],
    attachment(id, now, hidden) {
      const one = mounted.get(id)
      if (!one || one.gone) return undefined
      const layout = layoutOf(one)
      const states = [...keysIn(layout, one.shows.widget)].flatMap((key) => cache.state(key) ?? [])
      return { ...one.shows, layout, cursor: one.cursor, states, now, hidden }
    },
    take(message, now) {
      const to = mounted.get(message.page)
      if (!to) return
      switch (message.kind) {
        case 'states':
          for (const state of message.states) cache.writeState(state, now)
          if (message.upTo && message.upTo.revision >= layoutOf(to).revision) to.cursor = message.upTo.cursor
          break
        case 'layout':
          forgetUnshown(to, message.layout)
          cache.writeLayout(to.name, message.layout)
          break
        case 'gone':
          to.gone = true
          cache.writeGone(to.name, true)
          break
        case 'line':
          cache.writeStatus(to.name, { live: message.live, build: message.build })
          break
      }
    },
    forgetStatus() {
      for (const { name } of mounted.values()) cache.writeStatus(name, null)
    },
  }
}
