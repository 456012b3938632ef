import { compareVersions, parseVersion, type Version } from '../cache/version.ts'
import type { FollowedKeys } from './followed-keys.ts'

/**
 * What a client says it was sent last. Only a version that this epoch gave out is readable: any other would hide
 * changes.
 */
export type Cursor = Version | 'none' | 'unreadable'

/** Reads the text a client sent. Rejects with `CacheAway` when only the cache could tell whether that was given out. */
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
