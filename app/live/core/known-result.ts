import type { KeyedData, WidgetSnapshot } from '#contract/snapshot.ts'
import type { Json } from '#widgets/define.ts'
import { completeState, type Incoming } from './incoming.ts'
import { compareVersions } from './version.ts'

/** The newest that is known of one key. */
export interface KnownResult {
  /** Newest state whose data is here. */
  readonly shown: WidgetSnapshot | undefined
  /** A newer state whose data is still to be fetched. */
  readonly awaited?: {
    readonly state: Incoming
    /** The data must be of this version or a later one. */
    readonly version: string
    readonly href?: string
  }
}

/** Takes in a state. The higher version stays, whichever came last; the same object comes back when nothing is new. */
export function mergeState(held: KnownResult | undefined, incoming: Incoming): KnownResult {
  const { awaited, shown } = held ?? {}
  const newest = awaited?.state.version ?? shown?.version
  const order = newest === undefined ? 1 : compareVersions(incoming.version, newest)
  const data = dataOf(incoming)

  if (data !== undefined) {
    if (order > 0 || (order === 0 && awaited)) return { shown: completeState(incoming, data, shown) }
    if (held && awaited && compareVersions(incoming.version, awaited.version) >= 0)
      return { shown: completeState(awaited.state, data, shown) }
    if (held && awaited && (!shown || compareVersions(incoming.version, shown.version) > 0))
      return { shown: completeState(incoming, data, shown), awaited }
    return held as KnownResult
  }

  if (held && order <= 0) return held
  if (incoming.href !== undefined) {
    const { href } = incoming
    return { shown, awaited: { state: incoming, version: versionOf(href) ?? incoming.version, href } }
  }
  if (awaited) return { shown, awaited: { ...awaited, state: incoming } }
  if (shown) return { shown: completeState(incoming, shown.data, shown) }
  return { shown, awaited: { state: incoming, version: incoming.version } }
}

/** Takes in data that was fetched for an awaited state. */
export function mergeData(
  held: KnownResult | undefined,
  { version, data }: KeyedData,
): KnownResult | undefined {
  const awaited = held?.awaited
  if (!awaited || compareVersions(version, awaited.version) < 0) return held
  return { shown: completeState(awaited.state, data, held.shown) }
}

/** A result that was never loaded has no data anywhere, so there is nothing to wait for. */
function dataOf({ data, href, loadedAt }: Incoming): Json | undefined {
  if (data !== undefined) return data
  return href === undefined && loadedAt === null ? null : undefined
}

/** `…/<epoch>/<offset>` at the end of a path names the version of the data there. */
function versionOf(href: string): string | undefined {
  const match = /\/(\d+)\/(\d+)(?:\?|$)/.exec(href)
  return match ? `${match[1]}:${match[2]}` : undefined
}
