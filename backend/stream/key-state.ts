import type { CacheEntry } from '../cache/cache.ts'
import type { Version } from '../cache/version.ts'
import { commonMembers } from './widget-state.ts'

/** Chunks of one list of widgets, by what they carry: 2 for data plus 1 for an id. */
type Forms = { [form: number]: Buffer }

/** What a process knows of a key: no more than frames are made of, since there are many keys and most seldom change. */
export interface KeyState {
  readonly version: Version
  readonly dataOffset: number
  readonly hasData: boolean
  /** `commonMembers` of its newest entry. */
  readonly members: string
  /** Absent when there is none or it only travels by `href`. */
  readonly data: string | undefined
  /** Chunks made from this state, by the widgets they are for. */
  frames: Map<string, Forms> | undefined
}

export function keyState(entry: CacheEntry, data: string | undefined): KeyState {
  const { version, dataOffset, hasData } = entry
  return { version, dataOffset, hasData, members: commonMembers(entry), data, frames: undefined }
}
