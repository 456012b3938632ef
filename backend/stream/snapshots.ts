import type { Cache } from '../cache/cache.ts'
import type { Placed } from '../hubs/placed.ts'
import { lastServed } from './last-served.ts'
import type { Liveness } from './liveness.ts'
import { emptyReading, readPatiently, snapshotText, widgetText } from './snapshot.ts'

/** JSON text, and whether it is only the last this process served because the cache is away. */
export interface Served {
  readonly text: string
  readonly paused: boolean
}

export interface Snapshots {
  hub(hub: {
    readonly slug: string
    readonly revision: number
    readonly widgets: readonly Placed[]
  }): Promise<Served>
  widget(widget: Placed): Promise<Served>
}

export function openSnapshots({ cache, liveness }: { cache: Cache; liveness: Liveness }): Snapshots {
  const served = lastServed()

  const keysOf = (widgets: readonly Placed[]) => [
    ...new Set(widgets.flatMap((widget) => (widget.problem ? [] : [widget.key]))),
  ]

  /** Serves what `read` gives, or the last it gave while the cache is away. */
  async function orLast(name: string, read: () => Promise<string>, nothing: () => string): Promise<Served> {
    try {
      const text = await read()
      served.keep(name, text)
      return { text, paused: false }
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'cache-away') throw error
      return { text: served.find(name) ?? nothing(), paused: true }
    }
  }

  return {
    hub({ slug, revision, widgets }) {
      const placeables = widgets.map(placeable)
      const textOf = (reading: Parameters<typeof snapshotText>[0]['reading']) =>
        snapshotText({ widgets: placeables, reading, through: liveness.through(), revision })
      return orLast(
        `${slug}@${revision}`,
        async () => textOf(await readPatiently(cache, keysOf(widgets))),
        () => textOf(emptyReading(liveness.now())),
      )
    },
    widget(widget) {
      const withId = (text: string) => `{"id":${JSON.stringify(widget.id)},${text.slice(1)}`
      return orLast(
        `widget ${widget.id} ${widget.problem ? '' : widget.key}`,
        async () =>
          withId(widgetText(placeable(widget), (await readPatiently(cache, keysOf([widget]))).entries[0])),
        () => withId(widgetText(placeable(widget), undefined)),
      )
    },
  }
}

function placeable(widget: Placed): Parameters<typeof widgetText>[0] {
  const { id, type } = widget
  if (widget.problem) return { id, type, problem: { ...widget.problem, reference: '' } }
  const { key, token, schema } = widget
  return { id, type, key, token, schema }
}
