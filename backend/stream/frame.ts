import type { StreamEvents } from '#contract/stream-events.ts'
import type { CacheEntry } from '../cache/cache.ts'
import { formatVersion, type Version } from '../cache/version.ts'
import { chunkOf } from './chunk.ts'
import { dataHref, identityMembers, type Shown, toldMembers } from './widget-state.ts'

/** One SSE event as one chunk. `id` is the cursor it moves the client to. */
export function frame<Name extends keyof StreamEvents>(
  name: Name,
  data: StreamEvents[Name],
  id?: Version,
): Buffer {
  return chunkOf(`event: ${name}\ndata: ${JSON.stringify(data)}\n${id ? `id: ${formatVersion(id)}\n` : ''}\n`)
}

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

/** Widgets of one session group that show one key; `tag` names the list. */
export interface Placement {
  readonly widgets: readonly Shown[]
  readonly tag: string
}

/** Frames of states, serialised once for all sessions that are sent them at about the same time. */
export interface Frames {
  /**
   * The frames of every widget that shows the key, as one chunk. Only the last may carry the id: a connection cut
   * between two of them must resume before both.
   */
  of(state: KeyState, placement: Placement, withData: boolean, withId: boolean): Buffer
  /** Who is sent them later makes them again: those of all keys together are more than all else that is known of them. */
  forget(): void
}

/** Frames kept of one state: streams choose their widgets, so a key that many share has no end of lists. */
const KEPT = 64

export function openFrames(basePath = ''): Frames {
  const made = new Set<KeyState>()
  return {
    of(state, placement, withData, withId) {
      const form = (withData ? 2 : 0) + (withId ? 1 : 0)
      const forms = state.frames?.get(placement.tag)
      const known = forms?.[form]
      if (known) return known
      const chunk = widgetFrames(state, placement, withData, withId, basePath)
      if (forms) forms[form] = chunk
      else {
        if (!state.frames) {
          state.frames = new Map()
          made.add(state)
        } else if (state.frames.size >= KEPT) state.frames.clear()
        state.frames.set(placement.tag, { [form]: chunk })
      }
      return chunk
    },
    forget() {
      for (const state of made) state.frames = undefined
      made.clear()
    },
  }
}

function widgetFrames(
  state: KeyState,
  { widgets }: Placement,
  withData: boolean,
  withId: boolean,
  basePath: string,
): Buffer {
  const { version, hasData, told, data } = state
  let text = ''
  for (const [index, shown] of widgets.entries()) {
    text += `event: widget\ndata: {"id":${JSON.stringify(shown.id)},${identityMembers(version, shown)}${told}`
    if (withData && hasData)
      text += data === undefined ? `,"href":"${dataHref(state, shown, basePath)}"` : `,"data":${data}`
    text += withId && index === widgets.length - 1 ? `}\nid: ${formatVersion(version)}\n\n` : '}\n\n'
  }
  return chunkOf(text)
}
