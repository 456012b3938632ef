import type { HubLayout, Shows } from './shows.ts'

/** A hub, or one widget of it, that pages show. */
export interface Subscription extends Shows {
  layout: HubLayout
  /** What the stream follows for it, as far as is known; all results of these are known up to `cursor`. */
  keys: ReadonlySet<string>
  cursor: string
  /** The newest that a stream has said of the layout. */
  announced: AnnouncedLayout
  /** Moment since when a stream follows other keys than ours, so that its cursor says nothing about ours. */
  missedSince: number | undefined
  /** Moment after which it is left. */
  until: number
}

/** A revision, and which widgets show which keys if that was said as well. */
export interface AnnouncedLayout {
  readonly revision: number
  readonly keys?: Keys | undefined
}
/** By widget id. */
export type Keys = Readonly<Record<string, string>>

/** Whether the keys of a layout are these; a page of one widget compares that one alone. */
export function hasKeys(layout: HubLayout, widget: string | undefined, keys: Keys): boolean {
  const placed = layout.widgets.filter(({ id, key }) => key !== undefined && (widget ?? id) === id)
  const count = widget === undefined ? Object.keys(keys).length : placed.length
  return placed.length === count && placed.every(({ id, key }) => (widget && !keys[id]) || keys[id] === key)
}

/** Whether nothing newer than this layout has been announced. */
export function isCurrent(
  layout: HubLayout,
  { widget, announced }: Pick<Subscription, 'widget' | 'announced'>,
): boolean {
  if (layout.revision !== announced.revision) return layout.revision > announced.revision
  return announced.keys === undefined || hasKeys(layout, widget, announced.keys)
}

/** Whether its layout is what streams have announced, and they follow its keys. */
export function isCaughtUp(subscription: Subscription): boolean {
  return isCurrent(subscription.layout, subscription) && subscription.missedSince === undefined
}

export function keysById(layout: HubLayout): Keys {
  return Object.fromEntries(layout.widgets.flatMap(({ id, key }) => (key === undefined ? [] : [[id, key]])))
}

export function isPlaced(layout: HubLayout, { widget }: Shows): boolean {
  return widget === undefined || layout.widgets.some(({ id }) => id === widget)
}

/** Limits of one stream. */
const HUBS = 50
const WIDGETS = 500

/** Spreads what is followed over as few streams as may carry it. */
export function groups(subscriptions: readonly Subscription[]): readonly (readonly Subscription[])[] {
  const hubs = subscriptions.filter(({ widget }) => widget === undefined)
  const widgets = subscriptions.filter(({ widget }) => widget !== undefined)
  const count = Math.max(Math.ceil(hubs.length / HUBS), Math.ceil(widgets.length / WIDGETS))
  return Array.from({ length: count }, (_, n) => [
    ...hubs.slice(n * HUBS, (n + 1) * HUBS),
    ...widgets.slice(n * WIDGETS, (n + 1) * WIDGETS),
  ])
}
