import { setTimeout } from 'node:timers/promises'
import type { Key, Version } from '../cache/version.ts'
import { type Changes, openChanges } from './changes.ts'
import type { FollowedKeys, KeyListener } from './followed-keys.ts'
import type { Placement } from './frame.ts'
import {
  type Edit,
  type Gone,
  type GroupLayout,
  type Layouts,
  openGroupLayout,
  type Target,
} from './group-layout.ts'
import type { Session } from './session.ts'
import type { Turns } from './turns.ts'

/** All sessions that follow the same: what they are sent is the same, so it is worked out once. */
export interface SessionGroup extends Pick<GroupLayout, 'concerns' | 'follows' | 'revisions' | 'tokens'> {
  readonly name: string
  readonly sessions: Set<Session>
  readonly changes: Pick<Changes, 'end' | 'since'>
  /** Which widgets show which key, as of the last layout taken in. */
  placements(): ReadonlyMap<Key, Placement>
  /** Resolves once interest is registered and states are read. */
  readonly ready: Promise<void>
  /** Takes in that hub as it is now: the connect order for gained keys, then `layout`, then their frames. */
  relayout(slug: string): void
  close(): void
}

export interface GroupEvents {
  /** There is something for them. */
  pending(sessions: Iterable<Session>): void
  layout(group: SessionGroup, hub: string, revision: number, keys: Readonly<Record<string, string>>): void
  gone(group: SessionGroup, what: Gone): void
  /** Nothing is left that they follow. */
  over(group: SessionGroup): void
  restarted(group: SessionGroup): void
}

export function groupName(target: Target): string {
  return JSON.stringify([[...target.hubs].sort(), [...target.widgets].sort()])
}

/** `target`: what of it is not there is not followed. */
export function openGroup(options: {
  target: Target
  keys: FollowedKeys
  layouts: Layouts
  events: GroupEvents
  inTurn: Turns
}): SessionGroup {
  const { target, keys, layouts, events, inTurn } = options
  const sessions = new Set<Session>()
  const changes = openChanges()
  const layout = openGroupLayout(target, layouts)
  let turn: Promise<void> = Promise.resolve()
  /** Worked out, and not shown yet. */
  let underWay: Edit | undefined
  let closed = false

  const listener: KeyListener = {
    changed: changes.note,
    settled: () => events.pending(sessions),
    restarted: () => events.restarted(group),
  }

  async function takeIn(slug: string): Promise<void> {
    const edit = await inTurn(() => {
      underWay = layout.edited(slug)
      return underWay
    })
    const { gained } = edit
    for (let delay = 250; !closed; delay = Math.min(delay * 2, 5_000)) {
      try {
        await keys.attach(gained, listener)
        break
      } catch {
        // The cache is away: until it is back the old layout stays, and the page says it is paused.
        await setTimeout(delay)
      }
    }
    await inTurn(() => show(edit))
  }

  function show(edit: Edit): void {
    underWay = undefined
    if (closed) {
      keys.detach(edit.gained, listener)
      return
    }
    const { lost, redrawn, moved } = layout.takeIn(edit)
    keys.detach(lost, listener)
    for (const key of lost) changes.drop(key)
    for (const what of edit.gone) events.gone(group, what)
    if (layout.isOver()) events.over(group)
    for (const { hub, revision, tokens } of redrawn) events.layout(group, hub, revision, tokens)
    for (const { key } of moved) changes.note(key, true)
    events.pending(sessions)
  }

  const group: SessionGroup = {
    name: groupName(target),
    sessions,
    changes,
    placements: () => layout.placements,
    revisions: layout.revisions,
    tokens: layout.tokens,
    // A widget may be on its way into a hub of which nothing was followed before.
    concerns: (slug) => layout.concerns(slug) || underWay?.parts.has(slug) === true,
    follows: layout.follows,
    ready: keys.attach([...layout.placements.keys()], listener),
    relayout(slug) {
      // One at a time, so that two edits are taken in by the order they were made.
      turn = turn.then(() => takeIn(slug))
    },
    close() {
      closed = true
      keys.detach([...layout.placements.keys()], listener)
    },
  }
  return group
}

/** Keys whose versions are above `cursor`; all of which there is a state when there is no cursor. */
export function keysAbove(
  cursor: Version | undefined,
  placements: ReadonlyMap<Key, Placement>,
  keys: FollowedKeys,
): readonly Key[] {
  const above: Key[] = []
  for (const key of placements.keys()) {
    const state = keys.state(key)
    if (state && (!cursor || state.version.offset > cursor.offset)) above.push(key)
  }
  return above
}
