import type { HubSummary, HubView, HubWidget } from '#contract/hub.ts'
import type { Json } from '#widgets/define.ts'
import { withoutCredential } from '#widgets/kit/address-credential.ts'
import type { Hub, Placed } from './placed.ts'

/** A hub as the outside sees it. */
export function hubView({ slug, title, summary, visibility, embedOrigins, revision, widgets }: Hub): HubView {
  return { slug, title, summary, visibility, embedOrigins, revision, widgets: widgets.map(hubWidget) }
}

export function hubSummary({ slug, title, summary, revision, widgetIds }: Hub): HubSummary {
  return { slug, title, summary, widgets: widgetIds.length, revision }
}

export function hubWidget(placed: Placed): HubWidget {
  const { id, type, title, position } = placed
  if (placed.problem) {
    const { code, message } = placed.problem
    // What its type refuses may be refused for a credential in it, which was stored before that was refused.
    const config = shown(placed.rawConfig)
    return { id, type, title, config, position, problem: { code, message, reference: id } }
  }
  const { config, token, schema, widgetType } = placed
  const hides = widgetType.definition.hideWhenEmpty === true
  return { id, type, title, config, position, key: token, schema, ...(hides ? { hideWhenEmpty: true } : {}) }
}

/** Settings without the credentials that addresses in them hold. */
function shown(value: Json): Json {
  if (typeof value === 'string') return withoutCredential(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(shown)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shown(field)]))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
