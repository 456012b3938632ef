import type { KeyedData } from '#contract/snapshot.ts'
import type { Incoming } from './incoming.ts'
import { type KnownResult, mergeData, mergeState } from './known-result.ts'

/** The newest result of every followed key. */
export interface ResultStore {
  get(key: string): KnownResult | undefined
  /** Version of the newest state, whether its data is here or not. */
  version(key: string): string | undefined
  /** Each takes something in and tells whether what is shown of the key changed. Keys nobody follows are refused. */
  take(state: Incoming): boolean
  takeData(data: KeyedData): boolean
  /**
   * Drops what is known to be overtaken by something that is still to be read: a push without data is relative to that,
   * and must not be joined to older data.
   */
  forget(key: string): void
  /** Drops what is not followed: it grows old, so it must not be there when a later layout names it again. */
  forgetUnfollowed(): void
}

export function openResultStore(followed: (key: string) => boolean): ResultStore {
  const results = new Map<string, KnownResult>()

  function put(key: string, after: KnownResult | undefined): boolean {
    const before = results.get(key)
    if (after) results.set(key, after)
    return before?.shown !== after?.shown
  }

  return {
    get: (key) => results.get(key),
    version(key) {
      const held = results.get(key)
      return held?.awaited?.state.version ?? held?.shown?.version
    },
    take: (state) => followed(state.key) && put(state.key, mergeState(results.get(state.key), state)),
    takeData: (data) => put(data.key, mergeData(results.get(data.key), data)),
    forget: (key) => void results.delete(key),
    forgetUnfollowed() {
      for (const key of results.keys()) if (!followed(key)) results.delete(key)
    },
  }
}
