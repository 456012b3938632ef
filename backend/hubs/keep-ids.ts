import { hash, randomBytes } from 'node:crypto'
import type { Json } from '#widgets/define.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import type { DocumentWidget, TypeOf } from './document.ts'
import { recent } from './recent.ts'
import type { StoredHub, StoredWidget } from './stored-hub.ts'

/** Configs of which the identity is kept, by digests of both. */
const KNOWN = 4_096

/**
 * The widgets of a document with their ids: the given ones; for the rest, that of the widget there with the same type
 * and config, at the same place if there are several; else a new one. So embeds survive a document applied again.
 */
export function keepIds(
  given: readonly DocumentWidget[],
  present: readonly StoredWidget[],
  identity: Identity,
): StoredWidget[] {
  const taken = new Set(given.map(({ id }) => id))
  const free = new Map<string, StoredWidget[]>()
  for (const widget of present) {
    if (taken.has(widget.id)) continue
    const what = identity(widget)
    free.set(what, [...(free.get(what) ?? []), widget])
  }
  const ids = given.map(({ id }) => id)
  const claim = (fits: (one: StoredWidget, other: DocumentWidget) => boolean) => {
    given.forEach((widget, index) => {
      if (ids[index] !== undefined) return
      const candidates = free.get(identity(widget)) ?? []
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
export function comparable(hub: StoredHub, identity: Identity): string {
  const { slug, title, summary, visibility, embedOrigins } = hub
  const widgets = hub.widgets.map((widget) => {
    const { id, position } = widget
    return { id, title: widget.title, position: { ...position }, what: identity(widget) }
  })
  return canonicalJson({ slug, title, summary, visibility, embedOrigins, widgets })
}

/** A text for type and config, the same for those that mean the same: a default that is spelt out is no difference. */
export type Identity = (widget: { readonly type: string; readonly config: Json }) => string

/** Of what was met lately it is known without parsing: most widgets of a hub stay as they are when it is written. */
export function identifier(typeOf: TypeOf): Identity {
  const known = recent<string, string>(KNOWN)
  return ({ type, config }) =>
    known.get(hash('sha256', `${type} ${JSON.stringify(config)}`), () =>
      hash('sha256', `${type} ${canonicalJson(parsedOrRaw(type, config, typeOf))}`),
    )
}

function parsedOrRaw(type: string, config: Json, typeOf: TypeOf): Json {
  try {
    return typeOf(type)?.parseConfig(config) ?? config
  } catch {
    return config
  }
}
