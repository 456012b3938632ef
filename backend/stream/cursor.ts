import { compareVersions, parseVersion, type Version } from '../cache/version.ts'
import type { FollowedKeys } from './followed-keys.ts'

/** Where a client says it stands, if this epoch gave that out; a text nobody gave out would hide changes. */
export type Cursor = Version | 'none' | 'unreadable'

/** Reads the text a client sent. Rejects with `CacheAway` when only the cache could tell whether it gave that out. */
export async function readCursor(
  text: string | undefined,
  keys: Pick<FollowedKeys, 'position' | 'top'>,
): Promise<Cursor> {
  if (text === undefined) return 'none'
  const cursor = parseVersion(text)
  const position = keys.position()
  if (cursor?.epoch !== position.epoch) return 'unreadable'
  if (cursor.offset <= position.offset) return cursor
  return compareVersions(cursor, await keys.top()) <= 0 ? cursor : 'unreadable'
}
