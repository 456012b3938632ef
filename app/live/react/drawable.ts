import type { HubLayout } from '../core/shows.ts'

interface Drawable {
  readonly layout: HubLayout
  /** Ids of widgets that a newer server shows in a way this page's scripts do not know. */
  readonly outdated: ReadonlySet<string>
}

/** The newest layout as far as the scripts loaded with `first` can draw it: what they cannot stays as it was. */
export function drawable(first: HubLayout, newest: HubLayout, newBuild: boolean): Drawable {
  const known = new Map(first.widgets.map(({ type, schema }) => [type, schema]))
  const before = new Map(first.widgets.map((widget) => [widget.id, widget]))
  const outdated = new Set<string>()
  const widgets = newest.widgets.map((widget) => {
    const { id, type, schema, title, position } = widget
    const drawn = known.has(type) ? schema === undefined || schema === known.get(type) : !newBuild
    if (drawn) return widget
    outdated.add(id)
    const was = before.get(id)
    return was ? { ...was, title, position } : widget
  })
  return { layout: outdated.size > 0 ? { ...newest, widgets } : newest, outdated }
}
