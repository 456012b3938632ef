import { setTimeout } from 'node:timers/promises'
import type { FlushQueue } from './flush-queue.ts'
import type { FollowedKeys } from './followed-keys.ts'
import { frame } from './frame.ts'
import { type GroupLayout, type LayoutEdit, openGroupLayout } from './group-layout.ts'
import type { HubLayouts } from './hub-layouts.ts'
import { openKeyChanges } from './key-changes.ts'
import type { KeyListener } from './key-states.ts'
import { sendManifest } from './manifest.ts'
import { end, type SharedBySessions, type StreamSession, write } from './session.ts'
import type { StreamTarget } from './stream-target.ts'
import type { WorkQueue } from './work-queue.ts'

/** All sessions that follow the same: what they are sent is the same, so it is worked out once. */
export interface SessionGroup
  extends SharedBySessions,
    Pick<GroupLayout, 'concerns' | 'follows' | 'revisions' | 'tokens'> {
  readonly name: string
  readonly sessions: Set<StreamSession>
  /** Resolves once interest is registered and states are read. */
  readonly ready: Promise<void>
  /** Applies what that hub is now: reads the keys it gained, then sends `layout`, then their frames. */
  relayout(slug: string): void
  close(): void
}

/** Begins to follow what there is of `target`. */
export function openGroup(options: {
  name: string
  target: StreamTarget
  keys: FollowedKeys
  layouts: HubLayouts
  flushQueue: FlushQueue
  queueWork: WorkQueue
  /** It no longer follows all of its target: who asks for the same again needs another. */
  onLoss: (group: SessionGroup) => void
}): SessionGroup {
  const { name, target, keys, layouts, flushQueue, queueWork, onLoss } = options
  const sessions = new Set<StreamSession>()
  const changes = openKeyChanges()
  const layout = openGroupLayout(target, layouts)
  let turn: Promise<void> = Promise.resolve()
  /** The edit that is worked out and not yet shown, while its gained keys are read. */
  let underWay: LayoutEdit | undefined
  let closed = false

  const listener: KeyListener = {
    changed: changes.note,
    batchEnded: () => flushQueue.add(sessions),
    restarted() {
      for (const session of sessions) if (session.open) sendManifest(session)
    },
  }

  function writeAll(chunk: Buffer): void {
    for (const session of sessions) write(session, chunk)
  }

  async function applyEdit(slug: string): Promise<void> {
    const edit = await queueWork(() => {
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
    await queueWork(() => show(edit))
  }

  function show(edit: LayoutEdit): void {
    underWay = undefined
    if (closed) {
      keys.detach(edit.gained, listener)
      return
    }
    const { lost, redrawn, moved } = layout.apply(edit)
    keys.detach(lost, listener)
    for (const key of lost) changes.drop(key)
    if (edit.gone.length > 0) onLoss(group)
    for (const what of edit.gone) writeAll(frame('gone', what))
    if (layout.isOver()) for (const session of sessions) end(session)
    for (const { hub, revision, tokens } of redrawn)
      writeAll(frame('layout', { hub, revision, keys: tokens }))
    for (const { key } of moved) changes.note(key, true)
    flushQueue.add(sessions)
  }

  const group: SessionGroup = {
    name,
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
      // One at a time, so that edits are applied in the order they were made.
      turn = turn.then(() => applyEdit(slug))
    },
    close() {
      closed = true
      keys.detach([...layout.placements.keys()], listener)
    },
  }
  return group
}
