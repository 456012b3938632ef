import type { Json } from '#widgets/define.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { Placed } from '../hubs/placed.ts'
import type { Shown } from './widget-state.ts'

/** A widget with what its card shows besides its result. */
export interface LaidOut extends Shown {
  readonly title: string
  /** As it was given. */
  readonly rawConfig: Json
}

/** What the stream needs to know of hubs, from the documents this process holds in memory. */
export interface HubLayouts {
  hub(slug: string): { readonly revision: number; readonly widgets: readonly LaidOut[] } | undefined
  widget(id: string): { readonly shown: LaidOut | undefined; readonly hub: string } | undefined
  /** Calls back after the documents changed. Returns its own undo. */
  onChange(listener: (slug: string) => void): () => void
}

/** What the stream sees of the hubs this process holds in memory; widgets that cannot be loaded are not part of it. */
export function layoutsOf(followed: Pick<FollowedHubs, 'hubs' | 'widgets' | 'onChange'>): HubLayouts {
  const shownOf = (widget: Placed): LaidOut | undefined => (widget.problem ? undefined : widget)
  return {
    hub(slug) {
      const hub = followed.hubs.get(slug)
      if (!hub) return undefined
      return { revision: hub.revision, widgets: hub.widgets.flatMap((widget) => shownOf(widget) ?? []) }
    },
    widget(id) {
      const widget = followed.widgets.get(id)
      return widget && { shown: shownOf(widget), hub: widget.hub }
    },
    onChange: (listener) => followed.onChange(({ slug }) => listener(slug)),
  }
}
