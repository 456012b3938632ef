import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Interest } from '#widgets/define.ts'
import { retry } from '../base/retry.ts'
import type { Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import type { MatchingIndex } from './matching.ts'

/** What triage has to know of a placed widget. */
export interface FollowedWidget extends InvalidationTarget {
  readonly id: string
  readonly interests: readonly Interest[]
}

/** Keeps the matching index equal to the placed widgets. */
export interface FollowingIndex {
  /** Adds a widget, or replaces the one of that id. */
  place(widget: FollowedWidget): void
  /** The key of one that was the last of its key and interests is invalidated `LEFT_FOR` ms later, or once `signal` is aborted. */
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

/**
 * Milliseconds for which pages may still show what was removed. After that its result must not pass for fresh: it may be
 * placed again while no daemon runs, and events in between were not for it.
 */
const LEFT_FOR = 2_000

/** The widgets that share a key and interests: one entry of the index, and what it leads to. */
interface Entry extends InvalidationTarget {
  /** In the index: a digest of key and interests. */
  readonly name: string
  /** Ids; nearly always one. */
  widgets: string | Set<string>
  /** Of the same key, with other interests. */
  next: Entry | undefined
}

/** Keeps those of one key in a chain: there are hundreds of thousands, and hardly ever two. */
export function followingIndex(options: {
  readonly index: MatchingIndex<InvalidationTarget>
  readonly cache: Invalidator
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
  readonly onDue?: () => void
}): FollowingIndex {
  const { index, cache, logger, signal, onDue = () => {} } = options
  const entryOf = new Map<string, Entry>()
  const byKey = new Map<Key, Entry>()
  const left = new Map<Key, NodeJS.Timeout>()
  const stale = new Set<Key>()
  let isReady = false
  let working: Promise<void> | undefined

  async function invalidate(): Promise<void> {
    while (stale.size > 0) {
      const keys = [...stale]
      stale.clear()
      try {
        const { due } = await retry(() => cache.invalidate(keys.map((key) => ({ key }))), {
          signal,
          onFailure(err, attempt) {
            if (attempt === 1) logger.warn({ err }, 'Keys of new widgets wait for the cache')
          },
        })
        if (due) onDue()
      } catch {
        // Only once `signal` is aborted: the next daemon to start knows these widgets from the start.
        stale.clear()
      }
    }
    working = undefined
  }

  function find(key: Key, name: string): Entry | undefined {
    let entry = byKey.get(key)
    while (entry && entry.name !== name) entry = entry.next
    return entry
  }

  function drop(entry: Entry): void {
    index.remove(entry.name)
    const first = byKey.get(entry.key)
    if (first !== entry) {
      let before = first
      while (before && before.next !== entry) before = before.next
      if (before) before.next = entry.next
    } else if (entry.next) byKey.set(entry.key, entry.next)
    else byKey.delete(entry.key)
  }

  function leave(entry: Entry, id: string): void {
    const { widgets, key } = entry
    if (typeof widgets !== 'string') {
      widgets.delete(id)
      if (widgets.size > 0) return
    }
    drop(entry)
    if (!isReady) return
    stay(key)
    const timer = setTimeout(() => {
      left.delete(key)
      makeStale(key)
    }, LEFT_FOR)
    left.set(key, timer.unref())
  }

  function join(entry: Entry, id: string): void {
    if (typeof entry.widgets === 'string') entry.widgets = new Set([entry.widgets])
    entry.widgets.add(id)
  }

  function stay(key: Key): void {
    clearTimeout(left.get(key))
    left.delete(key)
  }

  function makeStale(key: Key): void {
    stale.add(key)
    working ??= invalidate()
  }

  signal.addEventListener(
    'abort',
    () => {
      for (const key of [...left.keys()]) {
        stay(key)
        makeStale(key)
      }
    },
    { once: true },
  )

  return {
    place({ id, interests, key, reads, settle }) {
      const name = hash('sha1', JSON.stringify([key, reads, settle, interests]), 'base64url')
      const before = entryOf.get(id)
      if (before?.name === name) return
      const known = find(key, name)
      if (known) join(known, id)
      else {
        const entry: Entry = { key, reads, settle, name, widgets: id, next: byKey.get(key) }
        try {
          index.add(name, interests, entry)
        } catch (err) {
          // The widget then follows the clock alone.
          logger.warn({ err, widget: id }, 'A widget has an interest that is no topic pattern')
          index.add(name, [], entry)
        }
        byKey.set(key, entry)
      }
      entryOf.set(id, find(key, name) as Entry)
      if (before !== undefined) leave(before, id)
      if (!isReady || known) return
      stay(key)
      makeStale(key)
    },

    unplace(id) {
      const entry = entryOf.get(id)
      if (entry === undefined) return
      entryOf.delete(id)
      leave(entry, id)
    },

    shows(key) {
      const widgets = byKey.get(key)?.widgets
      return typeof widgets === 'string' ? widgets : widgets?.values().next().value
    },

    ready() {
      isReady = true
    },

    async idle() {
      await working
    },
  }
}
