import type { Key } from '../cache/version.ts'
import type { Lane } from './admission.ts'
import type { Loadable } from './load.ts'

/** What this process knows of keys. */
export interface Loadables {
  /** What the key is for, if that is known. */
  readonly find: (key: Key) => Loadable | undefined
  /** Reads up to date, after which `find` may know more. */
  readonly catchUp?: () => Promise<void>
  /** Whether this process has the type and version the key is of; in a rolling upgrade some keys are of another's. */
  readonly knows: (key: Key) => boolean
  /** What a load asks first, if anything outside. */
  readonly sourceOf: (loadable: Loadable) => string | undefined
}

/** The lane of a key. Its type is its first part, which is all there is to go by while nobody knows what it is for. */
export function laneOf(key: Key, loadable: Loadable | undefined, sourceOf: Loadables['sourceOf']): Lane {
  return { type: key.slice(0, key.indexOf('@')), source: loadable && sourceOf(loadable) }
}
