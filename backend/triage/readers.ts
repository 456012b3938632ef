import type { Key } from '../cache/version.ts'
import type { Placed } from '../hubs/placed.ts'
import { parsePattern } from '../ingest/topic.ts'
import { matchingIndex } from './matching.ts'

/** Keys whose loaders may have read events of these topics in the event log. */
export function readersOf(topics: Iterable<string>, widgets: Iterable<Placed>): ReadonlySet<Key> {
  const index = matchingIndex<Key>()
  for (const widget of widgets) {
    if (widget.problem || widget.widgetType.definition.reads !== 'events') continue
    // Without their criteria, for loaders read by topic alone.
    const asked = widget.interests.map(({ topic }) => ({ topic }))
    index.add(
      widget.id,
      asked.filter(({ topic }) => typeof parsePattern(topic) !== 'string'),
      widget.key,
    )
  }
  const keys = new Set<Key>()
  for (const topic of topics) for (const key of index.match(topic, noCriteria)) keys.add(key)
  return keys
}

function noCriteria(): never {
  throw new Error('Nothing but the topic is matched.')
}
