import { randomBytes } from 'node:crypto'
import type { Json } from '#widgets/define.ts'
import { canonicalJson } from './canonical-json.ts'
import type { DocumentWidget, TypeOf } from './document.ts'
import type { StoredHub, StoredWidget } from './stored-hub.ts'

/**
 * The widgets of a document with their ids: the given ones; for the rest, that of the widget there with the same type
 * and config, at the same place if there are several; else a new one. So embeds survive a document applied again.
 */
export function keepIds(
  given: readonly DocumentWidget[],
  present: readonly StoredWidget[],
  typeOf: TypeOf,
): StoredWidget[] {
  const taken = new Set(given.map(({ id }) => id))
  const free = new Map<string, StoredWidget[]>()
  for (const widget of present) {
    if (taken.has(widget.id)) continue
    const what = identity(widget, typeOf)
    free.set(what, [...(free.get(what) ?? []), widget])
  }
  const ids = given.map(({ id }) => id)
  const claim = (fits: (one: StoredWidget, other: DocumentWidget) => boolean) => {
    given.forEach((widget, index) => {
      if (ids[index] !== undefined) return
      const candidates = free.get(identity(widget, typeOf)) ?? []
      const at = candidates.findIndex((candidate) => fits(candidate, widget))
      if (at >= 0) ids[index] = candidates.splice(at, 1)[0]?.id
    })
  }
  claim((one, other) => canonicalJson({ ...one.position }) === canonicalJson({ ...other.position }))
  claim(() => true)
  return given.map(({ type, title, config, position }, index) => ({
    id: ids[index] ?? randomBytes(8).toString('hex'),
    title: title ?? null,
    ...{ type, config, position },
  }))
}

/** One text for hubs that are the same but for their revision. */
export function comparable(hub: StoredHub, typeOf: TypeOf): string {
  const { slug, title, summary, visibility, embedOrigins } = hub
  const widgets = hub.widgets.map((widget) => {
    const { id, position } = widget
    return { id, title: widget.title, position: { ...position }, what: identity(widget, typeOf) }
  })
  return canonicalJson({ slug, title, summary, visibility, embedOrigins, widgets })
}

/** Type and config; a default that is spelt out is no difference. */
function identity({ type, config }: { type: string; config: Json }, typeOf: TypeOf): string {
  return `${type} ${canonicalJson(parsedOrRaw(type, config, typeOf))}`
}

function parsedOrRaw(type: string, config: Json, typeOf: TypeOf): Json {
  try {
    return typeOf(type)?.parseConfig(config) ?? config
  } catch {
    return config
  }
}
