import { z } from 'zod'
import type { Explanation } from '#contract/explanation.ts'
import { explanation } from '#contract/explanation.ts'
import { keyedData, oneWidgetSnapshot, snapshot } from '#contract/snapshot.ts'
import type { Cache, LoadError } from '../../cache/cache.ts'
import { compareVersions, formatVersion } from '../../cache/version.ts'
import type { HubMemory } from '../../hubs/hub-memory.ts'
import type { LookUp } from '../../hubs/look-up.ts'
import type { Placed, PlacedWidget } from '../../hubs/placed.ts'
import type { Served, Snapshots } from '../../stream/snapshots.ts'
import { boundedExplain } from './explain.ts'
import { answered } from './openapi.ts'
import { refuseOtherSites } from './own-origin.ts'
import { ProblemError } from './problem.ts'
import { openRate } from './rate.ts'
import type { Answer, Route } from './route.ts'

/** Milliseconds between two retries of one key that readers may ask for. */
const RETRY_EVERY = 2_000
/** Retries that one client may ask for: more than a team behind one address does. */
const RETRIES = { times: 120, seconds: 60 }

export function widgetRoutes(options: {
  hubs: HubMemory
  lookUp: LookUp
  snapshots: Snapshots
  cache: Cache
  explain: (widget: PlacedWidget) => Promise<Explanation>
}): Route[] {
  const { hubs, lookUp, snapshots, cache } = options
  const explained = boundedExplain(options.explain)
  const retries = openRate(RETRIES)
  const retried = new Map<string, number>()

  async function widgetOf(id: string | undefined): Promise<Placed> {
    const widget = await lookUp(() => hubs.widgets.get(id ?? ''))
    if (!widget) throw new ProblemError(404, `There is no widget ${id}.`)
    return widget
  }

  async function loadableOf(id: string | undefined): Promise<PlacedWidget> {
    const widget = await widgetOf(id)
    if (widget.problem) throw new ProblemError(409, widget.problem.message)
    return widget
  }

  return [
    {
      method: 'GET',
      path: '/api/v1/hubs/:slug/snapshot',
      right: 'anyone',
      about: {
        summary: 'The data of all widgets of a hub, from one instant',
        responses: { 200: answered('Follow it by the stream, from its cursor', snapshot) },
      },
      shared: true,
      async handle({ params }) {
        const hub = await lookUp(() => hubs.hubs.get(params.slug ?? ''))
        if (!hub) throw new ProblemError(404, `There is no hub ${params.slug}.`)
        return text(await snapshots.hub(hub))
      },
    },
    {
      method: 'GET',
      path: '/api/v1/widgets/:id',
      right: 'anyone',
      about: {
        summary: 'The data of one widget',
        responses: { 200: answered('Its data', oneWidgetSnapshot) },
      },
      shared: true,
      handle: async ({ params }) => text(await snapshots.widget(await widgetOf(params.id))),
    },
    {
      method: 'GET',
      path: '/api/v1/widgets/:id/explain',
      right: 'anyone',
      about: { summary: 'Why a widget is as it is', responses: { 200: answered('Why', explanation) } },
      async handle({ params, client }) {
        return { status: 200, body: await explained(await loadableOf(params.id), client) }
      },
    },
    {
      method: 'POST',
      path: '/api/v1/widgets/:id/retry',
      right: 'anyone',
      about: {
        summary: 'Load a widget again',
        responses: { 202: answered('It is on its way; the stream tells', z.object({})) },
      },
      async handle({ params, headers, client }) {
        refuseOtherSites(headers)
        await retries.check(client, 'Too many cards were asked for from your address.')
        await retries.count(client)
        const { key } = await loadableOf(params.id)
        const now = performance.now()
        for (const [asked, at] of retried) {
          if (now - at < RETRY_EVERY) break
          retried.delete(asked)
        }
        if (retried.has(key)) {
          throw new ProblemError(429, 'It was asked for a moment ago. Wait two seconds.', {
            headers: { 'retry-after': '2' },
          })
        }
        const [entry] = (await cache.read([key])).entries
        if (entry?.error && !entry.building) refuseInVain(entry.error)
        retried.set(key, now)
        await cache.invalidate([{ key }])
        await cache.read([key], { want: true })
        return { status: 202, body: {} }
      },
    },
    {
      method: 'GET',
      path: '/api/v1/data/:key/:epoch/:offset',
      right: 'anyone',
      about: {
        summary: 'Data too large for the stream: the `href` of its event',
        requestParams: {
          query: z.object({
            widget: z.string().optional().meta({ description: 'Id of a widget that shows it' }),
          }),
        },
        responses: { 200: answered('The newest; immutable when it is the version asked for', keyedData) },
      },
      shared: true,
      async handle({ params, url }) {
        const id = url.searchParams.get('widget') ?? ''
        const widget = await lookUp(() => shownAs(params.key, hubs.widgets.get(id)))
        if (!widget) throw new ProblemError(404, 'No widget shows this any more.')
        const asked = { epoch: Number(params.epoch), offset: Number(params.offset) }
        if (!Number.isSafeInteger(asked.epoch) || !Number.isSafeInteger(asked.offset)) {
          throw new ProblemError(404, 'The address names no version.')
        }
        const [entry] = (await cache.read([widget.key])).entries
        if (entry?.data === undefined) throw new ProblemError(404, 'There is no data of this yet.')
        const version = { epoch: entry.version.epoch, offset: entry.dataOffset }
        const same = entry.dataOffset > 0 && compareVersions(version, asked) === 0
        return {
          status: 200,
          headers: { 'cache-control': same ? 'public, max-age=31536000, immutable' : 'no-store' },
          body: Buffer.from(
            `{"key":${JSON.stringify(widget.token)},"version":"${formatVersion(entry.version)}","data":${entry.data}}`,
          ),
        }
      },
    },
  ]
}

/** The widget, if that is the token of its key. */
function shownAs(token: string | undefined, widget: Placed | undefined): PlacedWidget | undefined {
  return widget && !widget.problem && widget.token === token ? widget : undefined
}

function text({ text: body, paused }: Served): Answer {
  return { status: 200, headers: paused ? { 'hubs-paused': 'true' } : {}, body: Buffer.from(body) }
}

/** Where a load would not begin, or only do harm once more. */
function refuseInVain({ code, message }: LoadError): void {
  if (code === 'limited') throw new ProblemError(429, `${message} It is loaded again by itself.`)
  if (code === 'set-aside') throw new ProblemError(409, message)
}
