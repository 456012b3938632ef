import { z } from 'zod'
import { explanation } from '#contract/explanation.ts'
import { keyedData, oneWidgetSnapshot, snapshot } from '#contract/snapshot.ts'
import { isRefusal, type Refusal, refusal } from '../base/refusal.ts'
import type { Cache } from '../cache/cache.ts'
import { compareVersions, formatVersion } from '../cache/version.ts'
import type { HubMemory } from '../hubs/hub-memory.ts'
import type { LookUp } from '../hubs/look-up.ts'
import type { Placed, PlacedWidget } from '../hubs/placed.ts'
import type { Snapshots } from '../stream/snapshots.ts'
import type { Explain } from './bounded-explain.ts'
import { operation } from './operation.ts'
import { openRetries } from './retries.ts'

/** What widgets show, and why. */
export function widgetOperations(options: {
  memory: HubMemory
  lookUp: LookUp
  snapshots: Snapshots
  cache: Cache
  explain: Explain
}) {
  const { memory, lookUp, snapshots, cache, explain } = options
  const retries = openRetries(cache)

  async function widgetOf(id: string): Promise<Placed | Refusal> {
    const widget = await lookUp(() => memory.widgets.get(id))
    return widget ?? refusal('missing', `There is no widget ${id}.`)
  }

  async function loadableOf(id: string): Promise<PlacedWidget | Refusal> {
    const widget = await widgetOf(id)
    if (isRefusal(widget) || !widget.problem) return widget
    return refusal('conflict', widget.problem.message)
  }

  const ofHub = operation({
    method: 'GET',
    path: '/api/v1/hubs/:slug/snapshot',
    right: 'view',
    summary: 'The data of all widgets of a hub, from one instant',
    input: z.object({ slug: z.string() }),
    output: snapshot,
    answers: { 200: 'Follow it by the stream, from its cursor' },
    shared: true,
    async run(_actor, { slug }) {
      const hub = await lookUp(() => memory.hubs.get(slug))
      if (!hub) return refusal('missing', `There is no hub ${slug}.`)
      return snapshots.hub(hub)
    },
  })

  const ofOne = operation({
    method: 'GET',
    path: '/api/v1/widgets/:id',
    right: 'view',
    summary: 'The data of one widget',
    input: z.object({ id: z.string() }),
    output: oneWidgetSnapshot,
    answers: { 200: 'Its data' },
    shared: true,
    async run(_actor, { id }) {
      const widget = await widgetOf(id)
      return isRefusal(widget) ? widget : snapshots.widget(widget)
    },
  })

  const why = operation({
    method: 'GET',
    path: '/api/v1/widgets/:id/explain',
    right: 'view',
    summary: 'Why a widget is as it is',
    input: z.object({ id: z.string() }),
    output: explanation,
    answers: { 200: 'Why' },
    async run(_actor, { id }, client) {
      const widget = await loadableOf(id)
      if (isRefusal(widget)) return widget
      const made = await explain(widget, client)
      return isRefusal(made) ? made : { output: made }
    },
  })

  const retry = operation({
    method: 'POST',
    path: '/api/v1/widgets/:id/retry',
    right: 'act',
    summary: 'Load a widget again',
    input: z.object({ id: z.string() }),
    output: z.object({}),
    answers: { 202: 'It is on its way; the stream tells' },
    async run(_actor, { id }, client) {
      const refused = await retries.admit(client)
      if (refused) return refused
      const widget = await loadableOf(id)
      if (isRefusal(widget)) return widget
      return (await retries.retry(widget.key)) ?? { output: {} }
    },
  })

  const data = operation({
    method: 'GET',
    path: '/api/v1/data/:key/:epoch/:offset',
    right: 'view',
    summary: 'Data too large for the stream: the `href` of its event',
    input: z.object({
      key: z.string(),
      epoch: z.string(),
      offset: z.string(),
      widget: z.string().default('').meta({ description: 'Id of a widget that shows it' }),
    }),
    output: keyedData,
    answers: { 200: 'The newest; immutable when it is the version asked for' },
    shared: true,
    async run(_actor, { key, widget: id, ...named }) {
      const widget = await lookUp(() => shownAs(key, memory.widgets.get(id)))
      if (!widget) return refusal('missing', 'No widget shows this any more.')
      const asked = { epoch: Number(named.epoch), offset: Number(named.offset) }
      if (!Number.isSafeInteger(asked.epoch) || !Number.isSafeInteger(asked.offset)) {
        return refusal('missing', 'The address names no version.')
      }
      const [entry] = (await cache.read([widget.key])).entries
      if (entry?.data === undefined) return refusal('missing', 'There is no data of this yet.')
      const version = { epoch: entry.version.epoch, offset: entry.dataOffset }
      return {
        text: `{"key":${JSON.stringify(widget.token)},"version":"${formatVersion(entry.version)}","data":${entry.data}}`,
        immutable: entry.dataOffset > 0 && compareVersions(version, asked) === 0,
      }
    },
  })

  return [ofHub, ofOne, why, retry, data] as const
}

/** The widget, if that is the token of its key. */
function shownAs(token: string, widget: Placed | undefined): PlacedWidget | undefined {
  return widget && !widget.problem && widget.token === token ? widget : undefined
}
