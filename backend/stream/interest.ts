import type { Cache } from '../cache/cache.ts'
import { compareVersions, type Key } from '../cache/version.ts'
import type { KeyStates } from './key-states.ts'

/** Milliseconds for which the cache is told that keys are watched, and after which it is told again. */
const INTEREST_TTL = 60_000
export const RENEW_EVERY = 20_000
/** Keys the cache is asked for at a time. */
const CHUNK = 500

/** Registers interest, then reads: an invalidation after the first step is eager, one before shows in the second. */
export async function watchAndRead(
  cache: Pick<Cache, 'interest' | 'read'>,
  states: KeyStates,
  keys: readonly Key[],
): Promise<void> {
  for (let from = 0; from < keys.length; from += CHUNK) {
    const some = keys.slice(from, from + CHUNK)
    await cache.interest(some, INTEREST_TTL)
    const { entries } = await cache.read(some)
    for (const entry of entries) states.apply(entry, false)
  }
}

/** Renews the interest in all followed keys, and reads those that changed where no interest told of it. */
export async function renewInterest(
  cache: Pick<Cache, 'interest' | 'read'>,
  states: KeyStates,
): Promise<void> {
  const keys = states.keys()
  for (let from = 0; from < keys.length; from += CHUNK) {
    const { entries, lapsed } = await cache.interest(keys.slice(from, from + CHUNK), INTEREST_TTL)
    const missed = new Set<Key>(lapsed)
    for (const entry of entries) {
      const state = states.get(entry.key)
      // A change the tail has yet to bring is read early, which is harmless.
      if (state && compareVersions(entry.version, state.version) > 0) missed.add(entry.key)
    }
    if (missed.size > 0) {
      for (const entry of (await cache.read([...missed])).entries) states.apply(entry, false)
      states.endBatch()
    }
  }
}
