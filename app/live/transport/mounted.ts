import type { Attachment, InitialView, ToPage } from '../core/messages.ts'
import type { HubLayout } from '../core/shows.ts'
import { keysIn, nameOf } from '../core/shows.ts'
import type { PageCache } from './page-cache.ts'

/** Something that a document shows, kept current in its cache by what the holder says of it. */
export interface Mounted {
  readonly view: InitialView
  /**
   * Under which it is attached, if it is. Each attachment has a name of its own: the holder answers with what differs
   * from it, and what it or another said to an earlier one may still be on its way and change what was handed over.
   */
  page: string | undefined
  /** Everything of its layout is known up to here. */
  cursor: string
  gone: boolean
}

export function mount(cache: PageCache, view: InitialView): Mounted {
  cache.writeGone(nameOf(view), false)
  cache.seed(view)
  return { view, page: undefined, cursor: view.cursor, gone: false }
}

/** What the holder is told of it: the newest that is known here. `now`: server time, in milliseconds since 1970. */
export function attachmentOf(
  cache: PageCache,
  { view, cursor }: Mounted,
  now: number,
  hidden: boolean,
): Attachment {
  const layout = layoutOf(cache, view)
  const states = [...keysIn(layout, view.widget)].flatMap((key) => cache.state(key) ?? [])
  return { ...view, layout, cursor, states, now, hidden }
}

/** Takes in what the holder says of one of those that are mounted. */
export function takeInto(
  cache: PageCache,
  mounted: ReadonlySet<Mounted>,
  message: Exclude<ToPage, { readonly kind: 'who' }>,
  now: number,
): void {
  const to = [...mounted].find(({ page }) => page === message.page)
  if (!to) return
  const { view } = to
  const name = nameOf(view)
  switch (message.kind) {
    case 'states':
      for (const state of message.states) cache.writeState(state, now)
      if (message.upTo && message.upTo.revision >= layoutOf(cache, view).revision)
        to.cursor = message.upTo.cursor
      break
    case 'layout':
      forgetUnshown(cache, mounted, keysIn(message.layout, view.widget))
      cache.writeLayout(name, message.layout)
      break
    case 'gone':
      to.gone = true
      // Its holder knows it no more, and would ask who it is at every sign of life.
      to.page = undefined
      cache.writeGone(name, true)
      break
    case 'status':
      cache.writeStatus(name, { live: message.live, build: message.build })
      break
  }
}

/** What nothing here showed was followed by nobody, so what is left of it may have changed unheard. */
function forgetUnshown(cache: PageCache, mounted: ReadonlySet<Mounted>, keys: ReadonlySet<string>): void {
  const shown = new Set([...mounted].flatMap(({ view }) => [...keysIn(layoutOf(cache, view), view.widget)]))
  for (const key of keys) if (!shown.has(key)) cache.forgetState(key)
}

function layoutOf(cache: PageCache, view: InitialView): HubLayout {
  return cache.layout(nameOf(view)) ?? view.layout
}
