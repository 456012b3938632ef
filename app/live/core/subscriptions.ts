import type { Attachment } from './messages.ts'
import { keysIn, nameOf, type Subscription } from './subscription.ts'

/** Everything that pages show, each once. */
export interface Subscriptions {
  all(): readonly Subscription[]
  /** What the page shows, followed from now on if it was not. */
  join(attachment: Attachment): Subscription
  end(follow: Subscription): void
  has(follow: Subscription): boolean
  /** Whether anything, or anything `beside` one, shows the key. */
  show(key: string, beside?: Subscription): boolean
  /** A widget that shows the key, and that widget's hub when all of the hub is followed. */
  place(key: string): { readonly id: string; readonly hub: string | undefined } | undefined
}

export function openSubscriptions(): Subscriptions {
  const follows = new Map<string, Subscription>()
  return {
    all: () => [...follows.values()],
    join({ hub, widget, layout, cursor }) {
      const shows = widget === undefined ? { hub } : { hub, widget }
      const name = nameOf(shows)
      const known = { layout, keys: keysIn(layout, widget), cursor, announced: { revision: layout.revision } }
      const follow = follows.get(name) ?? { ...shows, ...known, missedSince: undefined, until: 0 }
      follows.set(name, follow)
      return follow
    },
    end: (follow) => void follows.delete(nameOf(follow)),
    has: (follow) => follows.get(nameOf(follow)) === follow,
    show(key, beside) {
      for (const follow of follows.values()) if (follow !== beside && follow.keys.has(key)) return true
      return false
    },
    place(key) {
      for (const { hub, widget, layout } of follows.values()) {
        const found = layout.widgets.find(
          (placed) => placed.key === key && (widget ?? placed.id) === placed.id,
        )
        if (found) return { id: found.id, hub: widget === undefined ? hub : undefined }
      }
      return undefined
    },
  }
}
