import type { Key } from '../cache/version.ts'
import type { Shown } from './widget-state.ts'

/** The widgets of one session group that show one key. `tag` is the same for the same list of widgets. */
export interface Placement {
  readonly widgets: readonly Shown[]
  readonly tag: string
}

/** Replaces the widgets `before` by those `after`. Returns the keys that no widget shows any more. */
export function replaceWidgets(
  placements: Map<Key, Placement>,
  before: readonly Shown[],
  after: readonly Shown[],
): readonly Key[] {
  const leaving = new Set(before)
  const byKey = new Map<Key, Shown[]>()
  for (const key of new Set([...before, ...after].map((shown) => shown.key))) {
    const others = placements.get(key)?.widgets.filter((shown) => !leaving.has(shown))
    byKey.set(key, others ?? [])
  }
  for (const shown of after) byKey.get(shown.key)?.push(shown)
  const lost: Key[] = []
  for (const [key, widgets] of byKey) {
    if (widgets.length > 0) placements.set(key, { widgets, tag: widgets.map(({ id }) => id).join(' ') })
    else if (placements.delete(key)) lost.push(key)
  }
  return lost
}
