import type { Key, Version } from './version.ts'

/** Why the last load of a key gave nothing, in words a reader can use. */
export interface LoadError {
  readonly code:
    | 'threw'
    | 'timeout'
    | 'invalid'
    | 'too-large'
    | 'upstream'
    | 'limited'
    | 'unavailable'
    | 'refused'
    /** It did harm, and is not loaded until `retryIn` has passed, whatever happens. */
    | 'set-aside'
  readonly message: string
  /** Found in the log beside the whole error. */
  readonly reference: string
  /** Milliseconds since 1970, by the cache's clock. */
  readonly at: number
}

/** An event behind a change, or `AUDIT`. */
export interface Cause {
  readonly id: string
  readonly topic: string
}

/** In place of the event that should have announced a change. No topic has a blank, so it is no event's. */
export const AUDIT: Cause = { id: 'audit', topic: 'an audit' }

export const isAudit = ({ topic }: Cause): boolean => topic === AUDIT.topic

/** One load as `explain` shows it: times in milliseconds since 1970. */
export interface LoadRecord {
  readonly startedAt: number
  readonly endedAt: number
  readonly outcome: 'changed' | 'confirmed' | 'failed'
  /** What the loader said of its result. */
  readonly notes?: readonly string[]
}

/** The whole state of one key, as READ and INTEREST see it in one instant. All times: milliseconds since 1970, cache clock. */
export interface CacheEntry {
  readonly key: Key
  /** Offset of the key's last change of state. Offset 0: none recorded in this epoch. */
  readonly version: Version
  /** Offset of the last change of `data` in this epoch; 0 when it is older or absent. */
  readonly dataOffset: number
  /** JSON text, as committed. Absent when there is none, and always absent from `interest`. */
  readonly data: string | undefined
  readonly hasData: boolean
  readonly empty: boolean
  /** Data present, built = required, this epoch, and not past due. The one rule. */
  readonly fresh: boolean
  /** A lease is live, or it is not fresh, somebody watches or wants it, and no failure makes it wait. */
  readonly building: boolean
  /** When the load that gave `data` began: `now` of its grant. */
  readonly loadedAt: number | undefined
  /** When the last load that gave or confirmed `data` began. */
  readonly checkedAt: number | undefined
  readonly dueAt: number | undefined
  readonly error: LoadError | undefined
  /** Up to 10 events behind the last change of data, newest last. */
  readonly cause: readonly Cause[]
  readonly required: number
  readonly built: number
  /** Newest first, up to 10. None in feed entries, and always none from `interest`. */
  readonly loads: readonly LoadRecord[]
}

export interface CacheSnapshot {
  /** Everything up to here is in `entries`: what a session that was given them needs no more. */
  readonly cursor: Version
  readonly now: number
  /** In the order of the keys asked for; a key nobody has loaded yet has an entry without data. */
  readonly entries: readonly CacheEntry[]
}

/** What one appended feed entry says. Offsets are contiguous within an epoch. */
export type FeedEntry =
  | {
      readonly kind: 'change'
      readonly version: Version
      readonly entry: CacheEntry
      /** Data travels only when it changed, and inside the feed only up to `INLINE_LIMIT` bytes. */
      readonly changed: boolean
    }
  | { readonly kind: 'pulse'; readonly version: Version; readonly pulse: Pulse }

/** How far the whole line has come. */
export interface Pulse {
  readonly now: number
  /** Every bus event up to this time is acknowledged. */
  readonly through: number
  /** Milliseconds the oldest due key that no daemon has claimed has waited; 0 when none waits. */
  readonly oldestDue: number
}

export type TailBatch =
  | { readonly kind: 'entries'; readonly entries: readonly FeedEntry[] }
  /** Entries were trimmed before they were read: read every followed key again. */
  | { readonly kind: 'gap'; readonly to: Version }
  /** The feed began a new life: nothing known before holds. */
  | { readonly kind: 'epoch'; readonly epoch: number }

export interface Granted {
  readonly outcome: 'granted'
  /** Cache clock, milliseconds since 1970: becomes `context.now`. */
  readonly now: number
  readonly previousHash: string | undefined
  readonly failures: number
  /** There was a result, and nothing but its `dueAt` made it stale. */
  readonly byClock: boolean
  /** Leases in a row, this one's predecessor last, that ran out with nobody to end them: their processes may have died of the load. */
  readonly lost: number
}

export type Grant =
  | Granted
  /** `busy`: another lease is live, or it is too early for the next load. `idle`: not fresh, nobody watches or wants it. */
  | { readonly outcome: 'fresh' | 'busy' | 'idle' }

/** A key whose result is no longer right, and the event that says so. */
export interface Invalidation {
  readonly key: Key
  readonly cause?: Cause
}

/** All that most need of `Cache.invalidate`. */
export interface Invalidator {
  invalidate(invalidations: readonly Invalidation[]): Promise<{ readonly due: boolean }>
}

/** Leases an invalidation is to grant as `acquire` would, so that their loads begin a round trip or two sooner. */
export interface LeaseRequest {
  /** Names those it grants. */
  readonly lease: string
  readonly ttl: number
  /** By key, for those it makes due. */
  readonly minIntervals: ReadonlyMap<Key, number>
}

export interface LoadResult {
  /** JSON text, at most `RESULT_LIMIT` bytes. */
  readonly data: string
  /** Hash of the canonical data: equal means confirmed, not changed. */
  readonly hash: string
  readonly empty: boolean
  /** Cache clock, milliseconds since 1970, at which it stops being fresh. */
  readonly dueAt: number
  /** What the loader says of it, for who asks why: kept with the record of the load. A few sentences. */
  readonly notes?: readonly string[]
}

/** Entries the feed keeps at least; a tail that falls further behind is told of the gap. */
export const FEED_LIMIT = 10_000
/** Milliseconds after its invalidation at which a rebuild that is not done is announced. */
export const LATE_AFTER = 300
/** Bytes of data that travel inside a feed entry and an SSE frame. */
export const INLINE_LIMIT = 8 * 1024
/** Bytes one result may have. */
export const RESULT_LIMIT = 256 * 1024

/**
 * Cached results and the feed of their changes, one atomic script a verb (docs/architecture.md;
 * state machine after Facebook's memcache leases, NSDI 2013, with a generation counter instead of deletes).
 *
 * The adapter holds the epoch: a verb that meets another one learns it (minting one if the store lost its past) and
 * runs again in it. Every verb rejects with `CacheAway` while the store cannot be reached.
 */
export interface Cache {
  /**
   * Raises the required generation of each key that has an entry; makes watched and wanted ones due. Those due now are leased if
   * `leases` names them; says whether any other is.
   */
  invalidate(
    invalidations: readonly Invalidation[],
    leases?: LeaseRequest,
  ): Promise<{ readonly due: boolean; readonly granted: ReadonlyMap<Key, Granted> }>
  /** `want`: keys that are not fresh become due although nobody watches them, and daemons are woken. */
  read(keys: readonly Key[], options?: { readonly want?: boolean }): Promise<CacheSnapshot>
  /**
   * Renews the watch of each key for `ttl` ms and makes those that are not fresh due. Entries carry neither data nor loads.
   * `lapsed` lists keys that were not watched until now: changes of theirs may have gone unannounced.
   */
  interest(keys: readonly Key[], ttl: number): Promise<CacheSnapshot & { readonly lapsed: readonly Key[] }>
  /**
   * Up to `limit` due keys, hidden from other claims for `visibility` ms: first, as `urgent` of them, those that events
   * made stale, which take up to three quarters while others wait; then the longest due. Also announces, as
   * `refreshing`, rebuilds not done `LATE_AFTER` ms after their invalidation. `nextIn`: ms until the next key is due.
   */
  claim(
    limit: number,
    visibility: number,
  ): Promise<{
    readonly keys: readonly Key[]
    readonly urgent: number
    readonly nextIn: number | undefined
  }>
  /** Claimed keys that are not to be loaded here and now: due again in `ms`, if they are not sooner. */
  unclaim(keys: readonly Key[], ms: number): Promise<void>
  /**
   * The right to load a key, for `ttl` ms, under a name that no other lease of the key has. `minInterval` is kept from the
   * start of this load to that of the next.
   */
  acquire(key: Key, lease: string, ttl: number, minInterval: number): Promise<Grant>
  /** Whether the lease was still ours. */
  extend(key: Key, lease: string, ttl: number): Promise<boolean>
  /** Gives the lease back unused; the key is due at once. */
  release(key: Key, lease: string): Promise<void>
  /**
   * `lost`: the lease was another's, nothing stored. `stale`: stored, but an invalidation or `dueAt` overtook it; due
   * again if anyone watches. Rejects with RangeError above `RESULT_LIMIT`.
   */
  commit(key: Key, lease: string, result: LoadResult): Promise<'fresh' | 'stale' | 'lost'>
  /**
   * Keeps the last good data, marks it with the error; due again after `retryIn` ms if anyone watches, or when it is
   * invalidated, unless it is `set-aside`.
   */
  fail(key: Key, lease: string, error: Omit<LoadError, 'at'>, retryIn: number): Promise<void>
  /**
   * Appends a pulse if the daemon of that name has, or can take, the right to, for `ttl` ms. Says whether it did. Rebuilds not done
   * `LATE_AFTER` ms after their invalidation are announced before it; as long as some are still to be, the `through` of
   * the pulse before is repeated.
   */
  pulse(daemon: string, through: number, ttl: number): Promise<boolean>
  /** The last pulse, if this epoch has one, and the clock. */
  lastPulse(): Promise<{ readonly now: number; readonly pulse: Pulse | undefined }>
  /** The feed after `from`; without it, from now on. Blocks at most 1 s at a time, then looks at the epoch. */
  tail(from: Version | undefined, signal: AbortSignal): AsyncIterable<TailBatch>
  /**
   * Yields once it listens, and when a read, an interest or a release made a key due. A hint: claims must also be polled.
   */
  wakes(signal: AbortSignal): AsyncIterable<void>
  /** Resolves while the store serves and takes writes. @throws CacheAway, whose message says why it does not. */
  check(): Promise<void>
  close(): Promise<void>
}

/** The store cannot be reached, or cannot take more now; its message says which. Told by `code`. */
export class CacheAway extends Error {
  readonly code = 'cache-away'
}
