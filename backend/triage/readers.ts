import type { Logger } from 'pino'
import { retry } from '../base/retry.ts'
import type { Cache } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import type { MatchingIndex } from './matching.ts'

/** Keys whose loaders may have read events of these topics in the event log: by topic alone, as they do. */
export function readersOf(
  topics: Iterable<string>,
  index: Pick<MatchingIndex<InvalidationTarget>, 'concerned'>,
): ReadonlySet<Key> {
  const keys = new Set<Key>()
  for (const topic of topics) for (const { key, reads } of index.concerned(topic)) if (reads) keys.add(key)
  return keys
}

/**
 * Invalidates the keys whose loaders may have read events of these topics, waiting for a cache that is away: they were
 * removed from the event log, which no event says, and what was read there may be another now. Rejects only once `signal`
 * is aborted.
 */
export function readersInvalidator(options: {
  readonly index: Pick<MatchingIndex<InvalidationTarget>, 'concerned'>
  readonly cache: Pick<Cache, 'invalidate'>
  readonly onDue: () => void
  readonly logger: Pick<Logger, 'warn'>
}): (topics: ReadonlySet<string>, signal: AbortSignal) => Promise<void> {
  const { index, cache, onDue, logger } = options
  return async (topics, signal) => {
    const keys = [...readersOf(topics, index)].map((key) => ({ key }))
    const { due } = await retry(() => cache.invalidate(keys), {
      signal,
      onFailure(err, attempt) {
        if (attempt === 1) logger.warn({ err }, 'keys of removed events wait for the cache')
      },
    })
    if (due) onDue()
  }
}
