import { CacheAway, INLINE_LIMIT } from '../cache.ts'
import type { Version } from '../version.ts'
import { createDueKeys, type DueKeys } from './due-keys.ts'
import { createEntries, type Entries } from './entries.ts'
import { building, type MemoryEntry, view, watched } from './entry.ts'
import { createFeed, type MemoryFeed } from './feed.ts'
import { createWakers, type Wakers } from './wakers.ts'

/** What every verb works on: the twin of what the scripts find in Redis under one epoch. */
export interface Life {
  readonly epoch: number
  readonly entries: Entries
  readonly due: DueKeys
  readonly feed: MemoryFeed
  readonly wakers: Wakers
  /** The one clock. @throws CacheAway once the cache is closed. */
  now(): number
  cursor(): Version
  /** Appends the state to the feed, with `data` if that is new: its offset is the key's version from now on. */
  announce(e: MemoryEntry, now: number, data?: string): void
  /** Announces rebuilds that are not done in time. */
  announceLate(now: number): void
  /** `signal`, or the end of the cache. */
  until(signal: AbortSignal): AbortSignal
  end(): void
}

/** Its epoch is the time at which it begins, or `least` if that is higher. */
export function beginLife(clock: () => number, least: number): Life {
  const openedAt = clock()
  const epoch = Math.max(openedAt, least)
  const entries = createEntries(openedAt)
  const due = createDueKeys()
  const feed = createFeed(epoch)
  const closed = new AbortController()

  function announce(e: MemoryEntry, now: number, data?: string): void {
    feed.append((version) => {
      e.offset = version.offset
      if (data !== undefined) e.dataOffset = version.offset
      e.announced = building(e, now)
      const inline = data !== undefined && Buffer.byteLength(data) <= INLINE_LIMIT ? data : undefined
      return { kind: 'change', version, entry: view(e, now, epoch, inline, []), changed: data !== undefined }
    })
  }

  return {
    ...{ epoch, entries, due, feed, wakers: createWakers() },
    now() {
      if (closed.signal.aborted) throw new CacheAway('The cache is closed.')
      return clock()
    },
    cursor: () => ({ epoch, offset: feed.top }),
    announce,
    announceLate(now) {
      for (const key of due.takeLate(now)) {
        const e = entries.find(key)
        if (e && watched(e, now) && building(e, now) && !e.announced) announce(e, now)
      }
    },
    until: (signal) => AbortSignal.any([signal, closed.signal]),
    end: () => closed.abort(),
  }
}
