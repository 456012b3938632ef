import type { Hub, Placed } from './placed.ts'
import { sortedList } from './sorted-list.ts'

export interface HubChange {
  readonly slug: string
  /** Absent when the hub is new. */
  readonly before?: Hub | undefined
  /** Absent when the hub is gone. */
  readonly after?: Hub | undefined
  /** Ids of the widgets of `before` that no other hub had taken by then. */
  readonly owned?: readonly string[]
}

/** All hubs of the installation, and the ways to find a widget in them. */
export interface HubMemory {
  readonly hubs: ReadonlyMap<string, Hub>
  /** By title, from place `from` on, at most `limit`. */
  byTitle(from: number, limit: number): readonly Hub[]
  /** By slug, those after `after`, at most `limit`. */
  bySlug(after: string, limit: number): readonly Hub[]
  /** By widget id. */
  readonly widgets: {
    get(id: string): Placed | undefined
    has(id: string): boolean
    readonly size: number
    values(): Iterator<Placed> & Iterable<Placed>
  }
}

export function hubMemory(): HubMemory & { set(slug: string, after: Hub | undefined): HubChange } {
  const hubs = new Map<string, Hub>()
  const hubOf = new Map<string, Hub>()
  const slugOrder = (a: Hub, b: Hub) => (a.slug < b.slug ? -1 : a.slug > b.slug ? 1 : 0)
  const { compare } = new Intl.Collator()
  const bySlug = sortedList(() => hubs.values(), slugOrder)
  const byTitle = sortedList(
    () => hubs.values(),
    (a, b) => compare(a.title, b.title) || slugOrder(a, b),
  )

  return {
    hubs,
    byTitle: byTitle.at,
    bySlug: (after, limit) =>
      bySlug.at(
        bySlug.placeAfter(({ slug }) => slug <= after),
        limit,
      ),
    widgets: {
      get: (id) => hubOf.get(id)?.widget(id),
      has: (id) => hubOf.has(id),
      get size() {
        return hubOf.size
      },
      *values() {
        for (const [id, hub] of hubOf) {
          const widget = hub.widget(id)
          if (widget) yield widget
        }
      },
    },
    set(slug, after) {
      const before = hubs.get(slug)
      if (before) for (const order of [bySlug, byTitle]) order.remove(before)
      // An id may have moved to another hub, whose change may have come first.
      const owned = before ? before.widgetIds.filter((id) => hubOf.get(id) === before) : []
      for (const id of owned) hubOf.delete(id)
      if (after) {
        for (const id of after.widgetIds) hubOf.set(id, after)
        for (const order of [bySlug, byTitle]) order.add(after)
        hubs.set(slug, after)
      } else hubs.delete(slug)
      return { slug, before, after, owned }
    },
  }
}
