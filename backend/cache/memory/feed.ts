import { openWake, type Wake } from '../../base/wake.ts'
import { FEED_LIMIT, type FeedEntry, type TailBatch } from '../cache.ts'
import type { Version } from '../version.ts'

/** The feed of one epoch in memory. */
export interface MemoryFeed {
  readonly top: number
  /** Appends what `make` returns for the next version. */
  append(make: (version: Version) => FeedEntry): void
  tail(from: Version | undefined, signal: AbortSignal): AsyncIterable<TailBatch>
}

export function createFeed(epoch: number): MemoryFeed {
  let entries: FeedEntry[] = []
  let top = 0
  const tails = new Set<Wake>()

  async function* tail(from: Version | undefined, signal: AbortSignal): AsyncIterable<TailBatch> {
    const grown = openWake(signal)
    tails.add(grown)
    try {
      let at = from?.offset ?? top
      if (from && from.epoch !== epoch) {
        at = 0
        yield { kind: 'epoch', epoch }
      }
      while (!signal.aborted) {
        const oldest = top - entries.length
        if (at >= top) await grown.wait()
        else if (at < oldest) {
          at = oldest
          yield { kind: 'gap', to: { epoch, offset: at } }
        } else {
          const batch = entries.slice(at - oldest, at - oldest + 500)
          at += batch.length
          yield { kind: 'entries', entries: batch }
        }
      }
    } finally {
      tails.delete(grown)
    }
  }

  return {
    get top() {
      return top
    },
    append(make) {
      top += 1
      entries.push(make({ epoch, offset: top }))
      if (entries.length >= 2 * FEED_LIMIT) entries = entries.slice(-FEED_LIMIT)
      for (const grown of tails) grown.wake()
    },
    tail,
  }
}
