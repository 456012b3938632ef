import type { Key } from '../cache/version.ts'
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
