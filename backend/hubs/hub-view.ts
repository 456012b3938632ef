import type { HubSummary, HubView, HubWidget } from '../wire.ts'
import type { Hub, Placed } from './placed.ts'

/** A hub as the outside sees it. */
export function hubView({ slug, title, summary, visibility, embedOrigins, revision, widgets }: Hub): HubView {
  return { slug, title, summary, visibility, embedOrigins, revision, widgets: widgets.map(hubWidget) }
}

export function hubSummary({ slug, title, summary, revision, widgets }: Hub): HubSummary {
  return { slug, title, summary, widgets: widgets.length, revision }
}

export function hubWidget(placed: Placed): HubWidget {
  const { id, type, title, position } = placed
  if (placed.problem) {
    const { code, message } = placed.problem
    return { id, type, title, config: placed.rawConfig, position, problem: { code, message, reference: id } }
  }
  const { config, token, schema, widgetType } = placed
  const hides = widgetType.definition.hideWhenEmpty === true
  return { id, type, title, config, position, key: token, schema, ...(hides ? { hideWhenEmpty: true } : {}) }
}
