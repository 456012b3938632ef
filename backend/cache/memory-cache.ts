import type { Cache } from './cache.ts'
import { claimVerbs } from './memory/claim.ts'
import { invalidateVerb } from './memory/invalidate.ts'
import { leaseVerbs } from './memory/lease.ts'
import { beginLife } from './memory/life.ts'
import { pulseVerbs } from './memory/pulse.ts'
import { readVerbs } from './memory/read.ts'

export interface MemoryCacheOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Its epoch is at least this one, and at least the time at which it was made. */
  readonly epoch?: number
}

/** The cache in this process: one life, one epoch, and the same state machine as the scripts of the Redis adapter. */
export function memoryCache({ now = Date.now, epoch: least = 0 }: MemoryCacheOptions = {}): Cache {
  const life = beginLife(now, least)
  return {
    invalidate: invalidateVerb(life),
    ...readVerbs(life),
    ...claimVerbs(life),
    ...leaseVerbs(life),
    ...pulseVerbs(life),
    tail: (from, signal) => life.feed.tail(from, life.until(signal)),
    wakes: (signal) => life.wakers.wakes(life.until(signal)),
    async check() {
      life.now()
    },
    async close() {
      life.end()
    },
  }
}
