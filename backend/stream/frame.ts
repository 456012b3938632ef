import type { Entry } from '../cache/cache.ts'
import { formatVersion, type Version } from '../cache/version.ts'
import type { StreamEvents } from '../wire.ts'
import { chunkOf } from './chunk.ts'
import { dataHref, type Shown, stateMembers } from './widget-state.ts'

/** Frames kept of one state: streams choose their widgets, so a key that many share has no end of lists. */
const KEPT = 64

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

/** What a node knows of a key: its newest entry, and the data when it is small enough to travel. */
export interface KeyState {
  readonly entry: Entry
  /** Absent when there is none or it only travels by `href`. */
  readonly data: string | undefined
  /** Chunks made from this state, by the widgets they are for: serialised once however many sessions want them. */
  frames: Map<string, Forms> | undefined
  members?: string | undefined
}

/** Widgets of one session group that show one key; `tag` names the list. */
export interface Placement {
  readonly widgets: readonly Shown[]
  readonly tag: string
}

/**
 * The frames of every widget that shows the key, as one chunk. Only the last may carry the id: a connection cut between two of them
 * must resume before both.
 */
export function widgetFrames(
  state: KeyState,
  placement: Placement,
  withData: boolean,
  withId: boolean,
): Buffer {
  const form = (withData ? 2 : 0) + (withId ? 1 : 0)
  const forms = state.frames?.get(placement.tag)
  const made = forms?.[form]
  if (made) return made
  const { entry, data } = state
  const last = placement.widgets.length - 1
  const text = placement.widgets
    .map((shown, index) => {
      state.members ??= stateMembers(entry, shown)
      let body = `{"id":${JSON.stringify(shown.id)},${state.members}`
      if (withData && entry.hasData) {
        body += data === undefined ? `,"href":"${dataHref(entry, shown.token)}"` : `,"data":${data}`
      }
      const id = withId && index === last ? `id: ${formatVersion(entry.version)}\n` : ''
      return `event: widget\ndata: ${body}}\n${id}\n`
    })
    .join('')
  const chunk = chunkOf(text)
  if (forms) forms[form] = chunk
  else {
    state.frames ??= new Map()
    if (state.frames.size >= KEPT) state.frames.clear()
    state.frames.set(placement.tag, { [form]: chunk })
  }
  return chunk
}
