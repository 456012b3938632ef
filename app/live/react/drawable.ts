import type { HubWidget } from '#contract/hub.ts'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { Layout } from '../core/messages.ts'
import type { LiveWidget } from './use-live.ts'

interface Drawable {
  readonly layout: Layout
  /** Ids of widgets that a newer server shows in a way this page's scripts do not know. */
  readonly outdated: ReadonlySet<string>
}

/** The newest layout as far as the scripts loaded with `first` can draw it: what they cannot stays as it was. */
export function drawable(first: Layout, newest: Layout, newBuild: boolean): Drawable {
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

const waitingOf = new WeakMap<HubWidget, LiveWidget>()

/** What a widget shows before anything is known of it, or for good when it has no key. */
export function waiting(widget: HubWidget): LiveWidget {
  const made = waitingOf.get(widget) ?? { state: nothingYet(widget), changedAt: null, outdated: false }
  waitingOf.set(widget, made)
  return made
}

function nothingYet({ type, key = '', schema = '', problem }: HubWidget): WidgetSnapshot {
  const empty = { type, key, schema, version: '', loadedAt: null, checkedAt: null, data: null }
  return problem ? { ...empty, status: 'unavailable', error: problem } : { ...empty, status: 'loading' }
}

const outdatedOf = new WeakMap<LiveWidget, LiveWidget>()

export function asOutdated(widget: LiveWidget): LiveWidget {
  const made = outdatedOf.get(widget) ?? { ...widget, outdated: true }
  outdatedOf.set(widget, made)
  return made
}
