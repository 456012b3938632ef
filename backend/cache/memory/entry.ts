import type { CacheEntry, Cause, Grant, LoadError, LoadRecord } from '../cache.ts'
import type { Key } from '../version.ts'

/** One key's state in memory, and the rules over it: the same as in `script/entry.ts`, but of one epoch only. */
export interface MemoryEntry {
  readonly key: Key
  required: number
  built: number
  offset: number
  dataOffset: number
  announced: boolean
  data: string | undefined
  hash: string | undefined
  empty: boolean
  loadedAt: number | undefined
  checkedAt: number | undefined
  dueAt: number
  error: LoadError | undefined
  failures: number
  /** Leases in a row that ran out with nobody to end them. */
  lost: number
  retryAt: number
  /** Until when it is not loaded, whatever happens. */
  aside: number
  causes: readonly Cause[]
  leaseCauses: readonly Cause[]
  dataCauses: readonly Cause[]
  /** Names the lease it is under, which may have run out. */
  lease: string | undefined
  leaseUntil: number
  leaseGeneration: number
  startedAt: number
  minInterval: number
  watchedUntil: number
  wanted: boolean
  loads: readonly LoadRecord[]
  /** When it was last followed, wanted or committed. */
  keptAt: number
}

export function blank(key: Key): MemoryEntry {
  return {
    key,
    required: 0,
    built: 0,
    offset: 0,
    dataOffset: 0,
    announced: false,
    data: undefined,
    hash: undefined,
    empty: false,
    loadedAt: undefined,
    checkedAt: undefined,
    dueAt: 0,
    error: undefined,
    failures: 0,
    lost: 0,
    retryAt: 0,
    aside: 0,
    causes: [],
    leaseCauses: [],
    dataCauses: [],
    lease: undefined,
    leaseUntil: 0,
    leaseGeneration: 0,
    startedAt: 0,
    minInterval: 0,
    watchedUntil: 0,
    wanted: false,
    loads: [],
    keptAt: 0,
  }
}

/** No event has overtaken what it has. */
export const current = (e: MemoryEntry) => e.hash !== undefined && e.built === e.required

export const fresh = (e: MemoryEntry, now: number) => current(e) && now < e.dueAt

export const watched = (e: MemoryEntry, now: number) => e.watchedUntil > now

export const leased = (e: MemoryEntry, now: number) => e.lease !== undefined && e.leaseUntil > now

/** The next load keeps its distance from the start of the last and from a failure. */
export const earliest = (e: MemoryEntry, now: number) => Math.max(now, e.startedAt + e.minInterval, e.retryAt)

export const building = (e: MemoryEntry, now: number) =>
  leased(e, now) || (!fresh(e, now) && (watched(e, now) || e.wanted) && e.retryAt <= now)

export function nextDue(e: MemoryEntry, now: number): number {
  if (leased(e, now)) return e.leaseUntil
  return fresh(e, now) ? e.dueAt : earliest(e, now)
}

/** Why a lease is not granted, if it is not. */
export function refusal(e: MemoryEntry, now: number): Exclude<Grant['outcome'], 'granted'> | undefined {
  if (fresh(e, now)) return 'fresh'
  if (leased(e, now)) return 'busy'
  if (!watched(e, now) && !e.wanted) return 'idle'
  return earliest(e, now) > now ? 'busy' : undefined
}

export function view(
  e: MemoryEntry,
  now: number,
  epoch: number,
  data: string | undefined,
  loads: readonly LoadRecord[],
): CacheEntry {
  return {
    key: e.key,
    version: { epoch, offset: e.offset },
    dataOffset: e.dataOffset,
    data,
    hasData: e.hash !== undefined,
    empty: e.empty,
    fresh: fresh(e, now),
    building: building(e, now),
    loadedAt: e.loadedAt,
    checkedAt: e.checkedAt,
    dueAt: e.dueAt || undefined,
    error: e.error,
    cause: e.dataCauses,
    required: e.required,
    built: e.built,
    loads,
  }
}
