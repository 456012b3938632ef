import type { Key } from '../version.ts'

/** Which key each widget of a hub shows, as of one revision. */
export interface ModelLayout {
  readonly revision: number
  readonly widgets: ReadonlyMap<string, Key>
}

export const slugs = ['a', 'b'] as const
export type Slug = (typeof slugs)[number]
export type ModelLayouts = ReadonlyMap<Slug, ModelLayout>

/** Hub documents, and the log of their changes that every process reads at its own pace. */
export interface Hubs {
  readonly latest: ModelLayouts
  /** Gives a widget another key; `own` stands for what only this hub may show. */
  edit(slug: Slug, widget: string, key: Key | 'own'): void
  /** Opens a reader that has read everything. */
  reader(): ChangeReader
}

/** How far one process has read the log of changes. */
export interface ChangeReader {
  readonly layouts: ModelLayouts
  /** Takes in the next change, if there is one. */
  next(): { readonly slug: Slug; readonly layout: ModelLayout } | undefined
}

/** Whether a widget of this hub may show that key. */
export const inScope = (slug: Slug, key: Key) => !key.startsWith('hub.') || key === `hub.${slug}`

export const keysIn = (layouts: ModelLayouts): readonly Key[] => [
  ...new Set([...layouts.values()].flatMap(({ widgets }) => [...widgets.values()])),
]

export const sameRevisions = (one: ModelLayouts, other: ModelLayouts) =>
  [...one].every(([slug, { revision }]) => other.get(slug)?.revision === revision)

/** The hubs of one browser among all. */
export const only = (layouts: ModelLayouts, wanted: readonly Slug[]): Map<Slug, ModelLayout> =>
  new Map([...layouts].filter(([slug]) => wanted.includes(slug)))

export function createHubs(): Hubs {
  const changes: { readonly slug: Slug; readonly layout: ModelLayout }[] = []
  const latest = new Map<Slug, ModelLayout>([
    ['a', layout(1, ['outside', 'spaced', 'hub.a'])],
    ['b', layout(2, ['outside', 'log', 'clock', 'hub.b'])],
  ])
  return {
    latest,
    edit(slug, widget, key) {
      const widgets = new Map(latest.get(slug)?.widgets)
      widgets.set(widget, key === 'own' ? `hub.${slug}` : key)
      const change = { slug, layout: { revision: 3 + changes.length, widgets } }
      latest.set(slug, change.layout)
      changes.push(change)
    },
    reader() {
      const layouts = new Map(latest)
      let read = changes.length
      return {
        layouts,
        next() {
          const change = changes[read]
          if (!change) return undefined
          read += 1
          layouts.set(change.slug, change.layout)
          return change
        },
      }
    },
  }
}

const layout = (revision: number, shown: readonly Key[]): ModelLayout => ({
  revision,
  widgets: new Map(shown.map((key, n) => [String(n), key])),
})
