import type { Key } from '../cache/version.ts'
import type { Loadable } from './load.ts'
import type { Loadables } from './loadables.ts'

/** What loads share that are bounded together: their type, and the system outside that they ask. */
export interface Lane {
  readonly type: string
  readonly source: string | undefined
}

/** The lane of a key. Its type is its first part, which is all there is to go by while nobody knows what it is for. */
export function laneOf(key: Key, loadable: Loadable | undefined, sourceOf: Loadables['sourceOf']): Lane {
  return { type: key.slice(0, key.indexOf('@')), source: loadable && sourceOf(loadable) }
}

export const isSameLane = (one: Lane, other: Lane): boolean =>
  one.type === other.type && one.source === other.source
