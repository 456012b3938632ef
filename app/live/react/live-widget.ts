import type { HubWidget } from '#contract/hub.ts'
import type { WidgetSnapshot } from '#contract/snapshot.ts'

/** A widget as it is drawn. */
export interface LiveWidget {
  readonly state: WidgetSnapshot
  /** Server time of the last change of data seen since the page opened: drives the just-changed mark. */
  readonly changedAt: number | null
  /** The server runs a newer schema than this page can draw: the card keeps what it had, a reload brings the new one. */
  readonly outdated: boolean
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
