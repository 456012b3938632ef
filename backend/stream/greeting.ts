import { formatVersion, type Key, type Version } from '../cache/version.ts'
import type { Cursor } from './cursor.ts'
import { frame } from './frame.ts'
import { HEARTBEAT, pulseOf } from './heartbeat.ts'
import type { Liveness } from './liveness.ts'
import { sendManifest } from './manifest.ts'
import { begin, forget, owe, type StreamSession, write } from './session.ts'
import type { SessionGroup } from './session-group.ts'
import type { StreamTarget } from './stream-target.ts'

/**
 * The first words of a session whose head is written: where it stands, and what of its target is not there. What it
 * lacks is told by a manifest when its cursor says nothing, else with its next flush.
 */
export function greet(options: {
  session: StreamSession
  group: SessionGroup
  target: StreamTarget
  cursor: Cursor
  liveness: Liveness
  build: string
}): void {
  const { session, group, target, liveness, build } = options
  const position = session.keys.position()
  // The feed may have begun a new life while the cursor was looked at.
  const cursor =
    typeof options.cursor === 'object' && options.cursor.epoch !== position.epoch
      ? 'unreadable'
      : options.cursor
  const from =
    cursor === 'unreadable' ? position : cursor === 'none' ? { epoch: position.epoch, offset: 0 } : cursor
  // What was queued meanwhile is in the states, whose versions now say what the client lacks.
  forget(session)
  begin(session, from)
  write(
    session,
    frame('hello', {
      cursor: formatVersion(from),
      heartbeat: HEARTBEAT,
      ...pulseOf(liveness),
      build,
      hubs: group.revisions(),
      keys: group.tokens(),
    }),
  )
  for (const what of [...target.hubs.map((hub) => ({ hub })), ...target.widgets.map((id) => ({ id }))])
    if (!group.follows(what)) write(session, frame('gone', what))
  if (cursor === 'unreadable') sendManifest(session)
  else owe(session, keysAbove(cursor === 'none' ? undefined : cursor, session))
}

/** Keys whose versions are above `cursor`; all of which there is a state when there is no cursor. */
function keysAbove(cursor: Version | undefined, { group, keys }: StreamSession): readonly Key[] {
  const above: Key[] = []
  for (const key of group.placements().keys()) {
    const state = keys.state(key)
    if (state && (!cursor || state.version.offset > cursor.offset)) above.push(key)
  }
  return above
}
