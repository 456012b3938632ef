import type { Logger } from 'pino'
import { retry } from '../base/retry.ts'
import type { Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'

/**
 * Milliseconds for which pages may still show what was removed. After that its result must not pass for fresh: it may be
 * placed again while no daemon runs, and events in between were not for it.
 */
const LEFT_FOR = 2_000

/** Invalidates keys because of who shows them, waiting for a cache that is away. */
export interface StaleKeys {
  invalidate(key: Key): void
  /** Invalidates it `LEFT_FOR` ms later, unless it is asked for at once before; also once `signal` is aborted. */
  invalidateLater(key: Key): void
  /** Resolves when no invalidation is under way. */
  idle(): Promise<void>
}

export function staleKeys(options: {
  readonly cache: Invalidator
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
  readonly onDue: () => void
}): StaleKeys {
  const { cache, logger, signal, onDue } = options
  const later = new Map<Key, NodeJS.Timeout>()
  const stale = new Set<Key>()
  let working: Promise<void> | undefined

  async function invalidateAll(): Promise<void> {
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

  function notLater(key: Key): void {
    clearTimeout(later.get(key))
    later.delete(key)
  }

  function invalidate(key: Key): void {
    notLater(key)
    stale.add(key)
    working ??= invalidateAll()
  }

  signal.addEventListener(
    'abort',
    () => {
      for (const key of [...later.keys()]) invalidate(key)
    },
    { once: true },
  )

  return {
    invalidate,
    invalidateLater(key) {
      notLater(key)
      const timer = setTimeout(() => invalidate(key), LEFT_FOR)
      later.set(key, timer.unref())
    },
    async idle() {
      await working
    },
  }
}
