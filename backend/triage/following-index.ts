import type { Logger } from 'pino'
import type { Interest } from '#widgets/define.ts'
import type { Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import { untilDone } from '../ingest/until-done.ts'
import type { MatchingIndex } from './matching.ts'
import type { Target } from './target.ts'

/** What triage has to know of a placed widget. */
export interface FollowedWidget extends Target {
  readonly id: string
  readonly interests: readonly Interest[]
}

/** Keeps the matching index equal to the placed widgets. */
export interface FollowingIndex {
  /** Adds a widget, or replaces the one of that id. */
  place(widget: FollowedWidget): void
  /** The key of one that was the last of its key and interests is invalidated `LEFT_FOR` ms later, or once `signal` is aborted. */
  unplace(id: string): void
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

/** Widgets that share a key and interests share one entry of the index. */
export function followingIndex(options: {
  readonly index: MatchingIndex<Target>
  readonly cache: Invalidator
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
  readonly onDue?: () => void
}): FollowingIndex {
  const { index, cache, logger, signal, onDue = () => {} } = options
  const entryOf = new Map<string, string>()
  const widgetsOf = new Map<string, { readonly key: Key; count: number }>()
  const left = new Map<Key, NodeJS.Timeout>()
  const stale = new Set<Key>()
  let isReady = false
  let working: Promise<void> | undefined

  async function invalidate(): Promise<void> {
    while (stale.size > 0) {
      const keys = [...stale]
      stale.clear()
      try {
        const { due } = await untilDone(() => cache.invalidate(keys.map((key) => ({ key }))), {
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

  function leave(entry: string): void {
    const widgets = widgetsOf.get(entry)
    if (!widgets) return
    widgets.count -= 1
    if (widgets.count > 0) return
    widgetsOf.delete(entry)
    index.remove(entry)
    if (!isReady) return
    stay(widgets.key)
    const timer = setTimeout(() => {
      left.delete(widgets.key)
      makeStale(widgets.key)
    }, LEFT_FOR)
    left.set(widgets.key, timer.unref())
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
      const entry = JSON.stringify([key, reads, settle, interests])
      const before = entryOf.get(id)
      if (before === entry) return
      const known = widgetsOf.get(entry)
      if (known) known.count += 1
      else {
        try {
          index.add(entry, interests, { key, reads, settle })
        } catch (err) {
          // The widget then follows the clock alone.
          logger.warn({ err, widget: id }, 'A widget has an interest that is no topic pattern')
          index.add(entry, [], { key, reads, settle })
        }
        widgetsOf.set(entry, { key, count: 1 })
      }
      entryOf.set(id, entry)
      if (before !== undefined) leave(before)
      if (!isReady || known) return
      stay(key)
      makeStale(key)
    },

    unplace(id) {
      const entry = entryOf.get(id)
      if (entry === undefined) return
      entryOf.delete(id)
      leave(entry)
    },

    ready() {
      isReady = true
    },

    async idle() {
      await working
    },
  }
}
