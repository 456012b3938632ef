import type { HubView } from '#contract/hub.ts'

/** What a page shows: a whole hub, or one widget of it. */
export interface Shows {
  readonly hub: string
  readonly widget?: string
}

/** Who is where, as of a revision of the hub. A page of one widget begins with that widget alone. */
export type HubLayout = Pick<HubView, 'revision' | 'widgets'> & Partial<HubView>

/** One name for each thing that can be shown. */
export function nameOf({ hub, widget }: Shows): string {
  return widget === undefined ? `hub ${hub}` : `widget ${widget}`
}

/** What is shown of a layout. */
export function keysIn(layout: HubLayout, widget: string | undefined): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const { id, key } of layout.widgets) if (key && (widget === undefined || id === widget)) keys.add(key)
  return keys
}
