import type { HubView } from '#contract/hub.ts'

/** Hubs as they are, and as the node that holds the streams knows them: edits reach it late. */
export interface SimulatedHubs {
  readonly newest: ReadonlyMap<string, HubView>
  readonly known: ReadonlyMap<string, HubView>
  create(slug: string, widgets: HubView['widgets']): void
  /** False when there is no such hub. */
  edit(slug: string, widgets: HubView['widgets']): boolean
  /** The node learns what there is. */
  learn(slug: string): void
  /** The same revision with another key, everywhere. */
  rekey(slug: string, id: string, key: string): void
  /** Whether the node knows any of them. */
  knows(slugs: readonly string[], ids: readonly string[]): boolean
}

export function simulatedHubs(): SimulatedHubs {
  const newest = new Map<string, HubView>()
  const known = new Map<string, HubView>()
  return {
    newest,
    known,
    create(slug, widgets) {
      const view: HubView = {
        ...{ slug, title: slug, summary: '', visibility: 'public', embedOrigins: [], revision: 1 },
        widgets,
      }
      newest.set(slug, view)
      known.set(slug, view)
    },
    edit(slug, widgets) {
      const before = newest.get(slug)
      if (!before) return false
      newest.set(slug, { ...before, widgets, revision: before.revision + 1 })
      return true
    },
    learn(slug) {
      const view = newest.get(slug)
      if (view) known.set(slug, view)
    },
    rekey(slug, id, key) {
      for (const views of [newest, known]) {
        const view = views.get(slug)
        if (!view) continue
        const widgets = view.widgets.map((widget) => (widget.id === id ? { ...widget, key } : widget))
        views.set(slug, { ...view, widgets })
      }
    },
    knows: (slugs, ids) =>
      slugs.some((slug) => known.has(slug)) ||
      [...known.values()].some(({ widgets }) => widgets.some(({ id }) => ids.includes(id))),
  }
}
