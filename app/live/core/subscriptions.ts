import type { Attachment } from './messages.ts'
import { keysIn, nameOf } from './shows.ts'
import type { Subscription } from './subscription.ts'

/** Everything that pages show, each once. */
export interface Subscriptions {
  all(): readonly Subscription[]
  /** What the page shows, followed from now on if it was not. */
  join(attachment: Attachment): Subscription
  end(subscription: Subscription): void
  has(subscription: Subscription): boolean
  /** Whether anything, or anything `beside` one, shows the key. */
  show(key: string, beside?: Subscription): boolean
  /** A widget that shows the key, and that widget's hub when all of the hub is followed. */
  place(key: string): { readonly id: string; readonly hub: string | undefined } | undefined
}

export function openSubscriptions(): Subscriptions {
  const subscriptions = new Map<string, Subscription>()
  return {
    all: () => [...subscriptions.values()],
    join({ hub, widget, layout, cursor }) {
      const shows = widget === undefined ? { hub } : { hub, widget }
      const name = nameOf(shows)
      const known = { layout, keys: keysIn(layout, widget), cursor, announced: { revision: layout.revision } }
      const subscription = subscriptions.get(name) ?? { ...shows, ...known, missedSince: undefined, until: 0 }
      subscriptions.set(name, subscription)
      return subscription
    },
    end: (subscription) => void subscriptions.delete(nameOf(subscription)),
    has: (subscription) => subscriptions.get(nameOf(subscription)) === subscription,
    show(key, beside) {
      for (const one of subscriptions.values()) if (one !== beside && one.keys.has(key)) return true
      return false
    },
    place(key) {
      for (const { hub, widget, layout } of subscriptions.values()) {
        const found = layout.widgets.find(
          (placed) => placed.key === key && (widget ?? placed.id) === placed.id,
        )
        if (found) return { id: found.id, hub: widget === undefined ? hub : undefined }
      }
      return undefined
    },
  }
}
