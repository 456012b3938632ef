import { isDeepStrictEqual } from 'node:util'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { HubChange } from '../hubs/hub-memory.ts'
import type { Hub, Placed, PlacedWidget } from '../hubs/placed.ts'
import type { FollowedWidget, FollowingIndex } from './following-index.ts'

/** Places the widgets of all hubs there are and will be. */
export function indexHubs(
  followed: Pick<FollowedHubs, 'onChange' | 'widgets'>,
  following: Pick<FollowingIndex, 'place' | 'unplace'>,
): void {
  followed.onChange((change) => {
    const { before, after } = change
    const same = unchanged(change)
    for (const widget of after ? toPlace(after, same) : []) {
      if (widget.problem) following.unplace(widget.id)
      else following.place(followedWidget(widget))
    }
    // One that is elsewhere moved to another hub, whose change may have come first.
    for (const id of before?.widgetIds ?? []) if (!followed.widgets.has(id)) following.unplace(id)
  })
}

/** Ids of the widgets that are placed already as the change leaves them: a write of a hub mostly changes one. */
function unchanged({ before, after, owned = [] }: HubChange): ReadonlySet<string> {
  // A loader that is given the hub may show its title, which is then part of the key.
  if (!before || !after || before.title !== after.title) return new Set()
  const known = new Map(before.stored.widgets.map((widget) => [widget.id, widget]))
  const still = new Set(owned)
  const same = after.stored.widgets.filter(({ id, type, config }) => {
    const was = known.get(id)
    return still.has(id) && was?.type === type && isDeepStrictEqual(was.config, config)
  })
  return new Set(same.map(({ id }) => id))
}

/** One by one: what is kept of a hub that is shown would be garbage of the old generation here. */
function toPlace(hub: Hub, same: ReadonlySet<string>): readonly Placed[] {
  return hub.widgetIds.filter((id) => !same.has(id)).flatMap((id) => hub.widget(id) ?? [])
}

function followedWidget({ id, key, interests, widgetType }: PlacedWidget): FollowedWidget {
  const { reads, settle = 0 } = widgetType.definition
  return { id, key, interests, reads: reads === 'events', settle }
}
