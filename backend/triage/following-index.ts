import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Interest } from '#widgets/define.ts'
import type { Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import { entriesByKey, type IndexEntry, join, leave } from './index-entry.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import type { MatchingIndex } from './matching.ts'
import { staleKeys } from './stale-keys.ts'

/** What triage has to know of a placed widget. */
export interface FollowedWidget extends InvalidationTarget {
  readonly id: string
  readonly interests: readonly Interest[]
}

/** Keeps the matching index equal to the placed widgets. */
export interface FollowingIndex {
  /** Adds a widget, or replaces the one of that id. */
  place(widget: FollowedWidget): void
  /** The key of one that was the last of its key and interests is invalidated some seconds later, or once `signal` is aborted. */
  unplace(id: string): void
  /** Id of one of the widgets that show the key: what is loaded for it is the same for all. */
  shows(key: Key): string | undefined
  /**
   * All widgets there are have been placed, and triage may begin. From now on the key of a widget whose key or
   * interests are new is invalidated once it is in the index: events that came before were not matched for it.
   */
  ready(): void
  /** Resolves when no invalidation is under way. */
  idle(): Promise<void>
}

export function followingIndex(options: {
  readonly index: MatchingIndex<InvalidationTarget>
  readonly cache: Invalidator
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
  readonly onDue?: () => void
}): FollowingIndex {
  const { index, cache, logger, signal, onDue = () => {} } = options
  const entryOf = new Map<string, IndexEntry>()
  const entries = entriesByKey()
  const stale = staleKeys({ cache, logger, signal, onDue })
  let isReady = false

  function addToIndex({ id, interests }: FollowedWidget, entry: IndexEntry): void {
    try {
      index.add(entry.name, interests, entry)
    } catch (err) {
      // The widget then follows the clock alone.
      logger.warn({ err, widget: id }, 'A widget has an interest that is no topic pattern')
      index.add(entry.name, [], entry)
    }
  }

  function leaveEntry(entry: IndexEntry, id: string): void {
    if (!leave(entry, id)) return
    index.remove(entry.name)
    entries.remove(entry)
    if (!isReady) return
    stale.invalidateLater(entry.key)
  }

  return {
    place(widget) {
      const { id, interests, key, reads, settle } = widget
      const name = hash('sha1', JSON.stringify([key, reads, settle, interests]), 'base64url')
      const before = entryOf.get(id)
      if (before?.name === name) return
      const known = entries.find(key, name)
      const entry = known ?? entries.add({ key, reads, settle, name, widgets: id })
      if (known) join(known, id)
      else addToIndex(widget, entry)
      entryOf.set(id, entry)
      if (before !== undefined) leaveEntry(before, id)
      if (isReady && !known) stale.invalidate(key)
    },

    unplace(id) {
      const entry = entryOf.get(id)
      if (entry === undefined) return
      entryOf.delete(id)
      leaveEntry(entry, id)
    },

    shows(key) {
      const widgets = entries.first(key)?.widgets
      return typeof widgets === 'string' ? widgets : widgets?.values().next().value
    },

    ready() {
      isReady = true
    },

    idle: stale.idle,
  }
}
