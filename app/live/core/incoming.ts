import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { StreamEvents } from '#contract/stream-events.ts'
import type { Json } from '#widgets/define.ts'
import { compareVersions } from './version.ts'

/** A state of a key from any source: pushed (data absent when unchanged, or elsewhere), fetched or server-rendered. */
export type Incoming = Omit<StreamEvents['widget'], 'id'>

/** Takes in a state with its data. The higher version stays, whichever came last; it is the same object then. */
export function newerState(shown: WidgetSnapshot | undefined, incoming: WidgetSnapshot): WidgetSnapshot {
  return shown && compareVersions(incoming.version, shown.version) <= 0
    ? shown
    : completeState(incoming, incoming.data, shown)
}

/** The state with its data, as a card draws it after `before`. */
export function completeState(
  state: Incoming,
  data: Json,
  before: WidgetSnapshot | undefined,
): WidgetSnapshot {
  const { href: _href, id: _id, ...rest } = state as Incoming & { readonly id?: string }
  const type = state.schema.slice(0, state.schema.lastIndexOf('@'))
  // The server may lose a result (a flushed cache); the reader keeps the last good data with its age.
  if (state.loadedAt === null && before && before.loadedAt !== null) {
    const { loadedAt, checkedAt } = before
    const status = state.status === 'loading' ? 'refreshing' : state.status
    return { ...rest, type, status, loadedAt, checkedAt, data: before.data }
  }
  return { ...rest, type, data }
}
