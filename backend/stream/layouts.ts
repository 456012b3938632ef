import type { FollowedHubs } from '../hubs/follow.ts'
import type { Placed } from '../hubs/placed.ts'
import type { LaidOut, Layouts } from './group-layout.ts'

/** What the stream sees of the hubs this process holds in memory; widgets that cannot be loaded are not part of it. */
export function layoutsOf(followed: Pick<FollowedHubs, 'hubs' | 'widgets' | 'onChange'>): Layouts {
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
