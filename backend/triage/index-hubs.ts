import type { FollowedHubs } from '../hubs/follow.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import type { FollowedWidget, FollowingIndex } from './following-index.ts'

/** Places the widgets of all hubs there are and will be. */
export function indexHubs(
  followed: Pick<FollowedHubs, 'onChange' | 'widgets'>,
  following: Pick<FollowingIndex, 'place' | 'unplace'>,
): void {
  followed.onChange(({ before, after }) => {
    for (const widget of after?.widgets ?? []) {
      if (widget.problem) following.unplace(widget.id)
      else following.place(followedWidget(widget))
    }
    // One that is elsewhere moved to another hub, whose change may have come first.
    for (const id of before?.widgetIds ?? []) if (!followed.widgets.has(id)) following.unplace(id)
  })
}

function followedWidget({ id, key, interests, widgetType }: PlacedWidget): FollowedWidget {
  const { reads, settle = 0 } = widgetType.definition
  return { id, key, interests, reads: reads === 'events', settle }
}
