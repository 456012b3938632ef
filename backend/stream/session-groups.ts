import type { FlushQueue } from './flush-queue.ts'
import type { FollowedKeys } from './followed-keys.ts'
import type { HubLayouts } from './hub-layouts.ts'
import { openGroup, type SessionGroup } from './session-group.ts'
import type { StreamTarget } from './stream-target.ts'
import { openWorkQueue } from './work-queue.ts'

/** The groups of all sessions of this process. */
export interface SessionGroups {
  /** The group of all who follow what there is of this target; what is not there makes no group of its own. */
  join(target: StreamTarget): SessionGroup
  /** Called when a session has left the group: one that nobody follows is closed. */
  left(group: SessionGroup): void
  /** Edits of hubs change nothing any more. */
  close(): void
}

export function openSessionGroups(options: {
  keys: FollowedKeys
  layouts: HubLayouts
  flushQueue: FlushQueue
}): SessionGroups {
  const { keys, layouts, flushQueue } = options
  const followed = new Set<SessionGroup>()
  /** Those of them that still follow all they were opened for, which whoever asks for the same joins. */
  const byName = new Map<string, SessionGroup>()
  const queueWork = openWorkQueue()

  function forgetName(group: SessionGroup): void {
    if (byName.get(group.name) === group) byName.delete(group.name)
  }

  const close = layouts.onChange((slug) => {
    for (const group of followed) if (group.concerns(slug)) group.relayout(slug)
  })

  return {
    join({ hubs, widgets }) {
      const target = {
        hubs: hubs.filter((slug) => layouts.hub(slug)),
        widgets: widgets.filter((id) => layouts.widget(id)),
      }
      const name = nameOf(target)
      let group = byName.get(name)
      if (!group) {
        group = openGroup({ name, target, keys, layouts, flushQueue, queueWork, onLoss: forgetName })
        byName.set(name, group)
        followed.add(group)
      }
      return group
    },
    left(group) {
      if (group.sessions.size > 0) return
      forgetName(group)
      followed.delete(group)
      group.close()
    },
    close,
  }
}

/** The same for the same hubs and widgets, in whatever order they were asked for. */
function nameOf(target: StreamTarget): string {
  return JSON.stringify([[...target.hubs].sort(), [...target.widgets].sort()])
}
