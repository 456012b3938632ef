import type { Secrets } from '#widgets/define.ts'
import { widgetType } from '#widgets/registry.ts'
import type { Key } from '../cache/version.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import type { Loadables } from './loadables.ts'
import { sourceOf } from './source.ts'

/** What is loaded for the widgets of hubs. */
export function hubLoadables(options: {
  readonly followed: Pick<FollowedHubs, 'caughtUp'>
  readonly widgetOf: (key: Key) => PlacedWidget | undefined
  readonly secrets: Secrets
}): Loadables {
  const { followed, widgetOf, secrets } = options
  return {
    find(key) {
      const placed = widgetOf(key)
      return placed && { key, type: placed.widgetType, params: placed.params, hub: placed.hub }
    },
    // A web node may know a widget before this process has read of it.
    catchUp: () => followed.caughtUp().catch(() => {}),
    knows(key) {
      const [type = '', version] = key.slice(0, key.indexOf(':')).split('@')
      return String(widgetType(type)?.definition.version) === version
    },
    sourceOf: (loadable) => sourceOf(loadable, secrets),
  }
}
