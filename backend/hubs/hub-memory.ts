import type { Key } from '../cache/version.ts'
import type { Hub, Placed, PlacedWidget } from './placed.ts'

export interface HubChange {
  readonly slug: string
  /** Absent when the hub is new. */
  readonly before?: Hub | undefined
  /** Absent when the hub is gone. */
  readonly after?: Hub | undefined
}

/** All hubs of the installation, and the ways to find a widget in them. */
export interface HubMemory {
  readonly hubs: ReadonlyMap<string, Hub>
  /** By widget id. */
  readonly widgets: ReadonlyMap<string, Placed>
  /** One of the widgets that show the key: what is loaded for it is the same for all. */
  byKey(key: Key): PlacedWidget | undefined
  byToken(token: string): PlacedWidget | undefined
}

export function hubMemory(): HubMemory & { set(slug: string, after: Hub | undefined): HubChange } {
  const hubs = new Map<string, Hub>()
  const widgets = new Map<string, Placed>()
  const byKey = new Map<Key, Set<PlacedWidget>>()
  const keys = new Map<string, Key>()

  function add(widget: Placed): void {
    widgets.set(widget.id, widget)
    if (widget.problem) return
    const sharers = byKey.get(widget.key)
    if (sharers) sharers.add(widget)
    else byKey.set(widget.key, new Set([widget]))
    keys.set(widget.token, widget.key)
  }

  function drop(widget: Placed): void {
    // An id may have moved to another hub, whose change may have come first.
    if (widgets.get(widget.id) === widget) widgets.delete(widget.id)
    if (widget.problem) return
    const sharers = byKey.get(widget.key)
    sharers?.delete(widget)
    if (sharers?.size !== 0) return
    byKey.delete(widget.key)
    keys.delete(widget.token)
  }

  const first = (key: Key | undefined) =>
    key === undefined ? undefined : byKey.get(key)?.values().next().value

  return {
    hubs,
    widgets,
    byKey: first,
    byToken: (token) => first(keys.get(token)),
    set(slug, after) {
      const before = hubs.get(slug)
      for (const widget of before?.widgets ?? []) drop(widget)
      for (const widget of after?.widgets ?? []) add(widget)
      if (after) hubs.set(slug, after)
      else hubs.delete(slug)
      return { slug, before, after }
    },
  }
}
