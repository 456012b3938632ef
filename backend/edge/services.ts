import type { HubSummary, HubView, HubWidget } from '#contract/hub.ts'
import type { Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import type { Actor } from '../access/actor.ts'

/** Everything a page shows of one hub, or of one widget of it, from one instant. */
export interface PageData {
  readonly hub: HubView
  readonly snapshot: Snapshot
  /** The line is behind, or a store is away and data is the last this process served: the page must say it is paused. */
  readonly paused: boolean
}

export interface EmbedData {
  readonly hub: { readonly slug: string; readonly title: string }
  readonly widget: HubWidget
  readonly state: WidgetSnapshot
  readonly snapshot: Snapshot
  readonly paused: boolean
}

/** Hubs `from` (counted from 1) to `to` of `total`. */
export interface DirectoryData {
  readonly hubs: readonly HubSummary[]
  readonly page: number
  readonly pages: number
  readonly from: number
  readonly to: number
  readonly total: number
}

/** What one actor may see of hubs, as pages show it. */
export interface PageReads {
  /** One page of all hubs, by title, counted from 1; beyond the last it is the last. */
  directory(page: number): Promise<DirectoryData>
  hubPage(slug: string): Promise<PageData | undefined>
  embed(widgetId: string): Promise<EmbedData | undefined>
  /** Slugs and titles of hubs that somebody who asked for `slug` may have meant, at most three; the nearest first. */
  nearestHubs(slug: string): Promise<readonly Pick<HubSummary, 'slug' | 'title'>[]>
}

/** All that pages get of the backend. */
export interface Services {
  readonly build: string
  /** Public URL of this installation, without a trailing slash. */
  readonly origin: string
  /** Whoever is not signed in. */
  readonly anonymous: Actor
  as(actor: Actor): PageReads
}

const slot = Symbol.for('hubs.services')

/** Next compiles its own copy of what pages import, so the running services are found in a slot both copies share. */
export function services(): Services {
  const found = (globalThis as { [slot]?: Services })[slot]
  if (!found)
    throw new Error('No services: pages are served by backend/main.ts, run `npm start` or `npm run dev`.')
  return found
}

export function provideServices(given: Services): void {
  ;(globalThis as { [slot]?: Services })[slot] = given
}
