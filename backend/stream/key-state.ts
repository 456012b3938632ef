import type { CacheEntry } from '../cache/cache.ts'
import type { Version } from '../cache/version.ts'
import { toldMembers } from './widget-state.ts'

/** Chunks of one list of widgets: 2 for data, 1 for an id, both or neither. */
type Forms = { [form: number]: Buffer }

/** What a node knows of a key: as little as its frames are made of, for there are many and most rest. */
export interface KeyState {
  readonly version: Version
  readonly dataOffset: number
  readonly hasData: boolean
  /** `toldMembers` of its newest entry. */
  readonly told: string
  /** Absent when there is none or it only travels by `href`. */
  readonly data: string | undefined
  /** Chunks made from this state, by the widgets they are for. */
  frames: Map<string, Forms> | undefined
}

export function keyState(entry: CacheEntry, data: string | undefined): KeyState {
  const { version, dataOffset, hasData } = entry
  return { version, dataOffset, hasData, told: toldMembers(entry), data, frames: undefined }
}
