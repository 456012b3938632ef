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
 * Sends the first frames of a session whose head is written: `hello`, and `gone` for what of its target is not there.
 * When its cursor cannot be used a manifest says the rest; else the states of the keys it lacks are part of its next flush.
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
  // The states hold all that changed since it was attached, and their versions say what the client lacks.
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

/** Keys with a version above `cursor`; without a cursor, all that have a state. */
function keysAbove(cursor: Version | undefined, { group, keys }: StreamSession): readonly Key[] {
  const above: Key[] = []
  for (const key of group.placements().keys()) {
    const state = keys.state(key)
    if (state && (!cursor || state.version.offset > cursor.offset)) above.push(key)
  }
  return above
}
