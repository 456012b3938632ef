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
