import type { Snapshot } from '#contract/snapshot.ts'
import { anonymous } from '../access/actor.ts'
import { can } from '../access/can.ts'
import { isDatabaseAway } from '../db/database-away.ts'
import { type HubMemory, hubMemory } from '../hubs/hub-memory.ts'
import { hubSummary, hubView, hubWidget } from '../hubs/hub-view.ts'
import type { LookUp } from '../hubs/look-up.ts'
import { nearestSlugs } from '../hubs/nearest-slugs.ts'
import type { Liveness } from '../stream/liveness.ts'
import type { Snapshots } from '../stream/snapshots.ts'
import type { PageReads, Services } from './services.ts'

/** Hubs of one page of the directory. */
const DIRECTORY_PAGE = 200

/** What pages get, answered from the hubs held in memory and one read of the cache. */
export function pageServices(options: {
  build: string
  origin: string
  memory: HubMemory
  lookUp: LookUp
  snapshots: Snapshots
  liveness: Pick<Liveness, 'live'>
  /** The database has stopped answering: what is held of hubs may be old. */
  databaseAway: () => boolean
}): Services {
  const { build, origin, memory, lookUp, snapshots, liveness, databaseAway } = options

  async function snapshotOf(
    hub: Parameters<Snapshots['hub']>[0],
  ): Promise<{ snapshot: Snapshot; paused: boolean }> {
    const { text, paused } = await snapshots.hub(hub)
    // Our own text, made of the same types.
    const snapshot = JSON.parse(text) as Snapshot
    // Also while no store is away: an event that nobody has acted on yet is in no data.
    return { snapshot, paused: paused || databaseAway() || !liveness.live() }
  }

  /** While the database is away nothing can be made, so what is not known is not there, but for the second before. */
  async function found<Found>(find: () => Found | undefined): Promise<Found | undefined> {
    try {
      return await lookUp(find)
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      return undefined
    }
  }

  const readsOf = (seen: HubMemory): PageReads => ({
    async directory(asked) {
      const total = seen.hubs.size
      const pages = Math.max(1, Math.ceil(total / DIRECTORY_PAGE))
      const page = Math.min(asked, pages)
      const from = (page - 1) * DIRECTORY_PAGE
      const hubs = seen.byTitle(from, DIRECTORY_PAGE).map(hubSummary)
      return { hubs, page, pages, from: from + 1, to: from + hubs.length, total }
    },
    async hubPage(slug) {
      const hub = await found(() => seen.hubs.get(slug))
      return hub && { hub: hubView(hub), ...(await snapshotOf(hub)) }
    },
    async embed(widgetId) {
      const widget = await found(() => seen.widgets.get(widgetId))
      const hub = widget && seen.hubs.get(widget.hub)
      if (!widget || !hub) return undefined
      const { slug, title, revision } = hub
      const { snapshot, paused } = await snapshotOf({
        slug: `${slug} ${widgetId}`,
        revision,
        widgets: [widget],
      })
      const state = snapshot.widgets[widgetId]
      return state && { hub: { slug, title }, widget: hubWidget(widget), state, snapshot, paused }
    },
    async nearestHubs(slug) {
      return nearestSlugs(slug, seen.hubs.keys()).map((near) => ({
        slug: near,
        title: seen.hubs.get(near)?.title ?? near,
      }))
    },
  })

  const reads = readsOf(memory)
  /** Who may not view hubs is told of none. */
  const readsOfNone = readsOf(hubMemory())
  return { build, origin, anonymous, as: (actor) => (can(actor, 'view') ? reads : readsOfNone) }
}
