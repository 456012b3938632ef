import { formatVersion } from '../cache/version.ts'
import { frame } from './frame.ts'
import { begin, forget, type StreamSession, write } from './session.ts'

/**
 * Sends a session the version of each widget in place of all it has yet to be sent. Its client reads by itself what
 * differs.
 */
export function sendManifest(session: StreamSession): void {
  const { group, keys } = session
  const position = keys.position()
  const widgets: Record<string, { key: string; version: string }> = {}
  for (const [key, { widgets: shown }] of group.placements()) {
    const version = formatVersion(keys.state(key)?.version ?? { epoch: position.epoch, offset: 0 })
    for (const { id, token } of shown) widgets[id] = { key: token, version }
  }
  forget(session)
  begin(session, position)
  write(session, frame('resync', { widgets }, position))
}
