import { formatVersion } from '../cache/version.ts'
import { chunkOf } from './chunk.ts'
import type { KeyState } from './key-state.ts'
import type { Placement } from './placement.ts'
import { dataHref, identityMembers } from './widget-state.ts'

/** Frames of states, serialised once for all sessions that are sent them at about the same time. */
export interface WidgetFrames {
  /**
   * The frames of every widget that shows the key, as one chunk. Only the last may carry the id: a connection cut
   * between two of them must resume before both.
   */
  of(state: KeyState, placement: Placement, withData: boolean, withId: boolean): Buffer
  /**
   * Drops all frames made so far, which would take more memory than all else that is known of keys. They are made again
   * when needed.
   */
  forget(): void
}

/**
 * Lists of widgets for which frames of one state are kept: streams choose their widgets, so there is no end of lists.
 */
const KEPT = 64

export function openWidgetFrames(basePath = ''): WidgetFrames {
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
  const { version, hasData, members, data } = state
  let text = ''
  for (const [index, shown] of widgets.entries()) {
    text += `event: widget\ndata: {"id":${JSON.stringify(shown.id)},${identityMembers(version, shown)}${members}`
    if (withData && hasData)
      text += data === undefined ? `,"href":"${dataHref(state, shown, basePath)}"` : `,"data":${data}`
    text += withId && index === widgets.length - 1 ? `}\nid: ${formatVersion(version)}\n\n` : '}\n\n'
  }
  return chunkOf(text)
}
