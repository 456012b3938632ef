import type { Cause, Granted, Invalidation, LoadError, LoadRecord, LoadResult } from '../cache.ts'
import { current, type MemoryEntry } from './entry.ts'

/** Each event once, the newest 10, newest last. */
function remember(causes: readonly Cause[], more: readonly Cause[]): readonly Cause[] {
  let all = causes
  for (const cause of more) {
    const known = all.some(({ id, topic }) => id === cause.id && topic === cause.topic)
    if (!known) all = [...all, cause].slice(-10)
  }
  return all
}

function record(
  e: MemoryEntry,
  now: number,
  outcome: LoadRecord['outcome'],
  notes?: readonly string[],
): void {
  const load = { startedAt: e.startedAt, endedAt: now, outcome, ...(notes === undefined ? {} : { notes }) }
  e.loads = [load, ...e.loads].slice(0, 10)
}

export function grant(e: MemoryEntry, now: number, lease: string, ttl: number, minInterval: number): Granted {
  const byClock = current(e)
  const ranOut = e.lease !== undefined
  if (ranOut) e.lost += 1
  e.lease = lease
  e.leaseUntil = now + ttl
  e.leaseGeneration = e.required
  e.startedAt = now
  e.minInterval = minInterval
  e.leaseCauses = remember(e.leaseCauses, e.causes)
  e.causes = []
  return {
    outcome: 'granted',
    now,
    previousHash: e.hash,
    failures: e.failures,
    byClock,
    lost: ranOut ? e.lost : 0,
  }
}

/** The lease is over without a result: its causes wait for the next one. */
function giveBack(e: MemoryEntry): void {
  e.lease = undefined
  e.causes = remember(e.leaseCauses, e.causes)
  e.leaseCauses = []
}

/** An event has overtaken it: another generation is required. What is set aside stays there, whatever happens. */
export function invalidate(e: MemoryEntry, now: number, cause: Invalidation['cause']): void {
  e.required += 1
  e.retryAt = e.aside > now ? e.aside : 0
  if (cause) e.causes = remember(e.causes, [cause])
}

/** The load did not happen, so that it keeps no distance. */
export function release(e: MemoryEntry): void {
  giveBack(e)
  e.startedAt = 0
  e.retryAt = 0
}

/** Stamps the generation seen when the load began. Says whether the result is another than before. */
export function store(e: MemoryEntry, now: number, result: LoadResult): boolean {
  const changed = e.hash !== result.hash
  if (changed) {
    e.data = result.data
    e.hash = result.hash
    e.empty = result.empty
    e.loadedAt = e.startedAt
    e.dataCauses = e.leaseCauses
  }
  e.keptAt = now
  e.built = e.leaseGeneration
  e.checkedAt = e.startedAt
  e.dueAt = Math.round(result.dueAt)
  e.error = undefined
  e.failures = 0
  e.lost = 0
  e.retryAt = 0
  e.aside = 0
  e.wanted = false
  e.lease = undefined
  e.leaseCauses = []
  record(e, now, changed ? 'changed' : 'confirmed', result.notes)
  return changed
}

/** The last good data stays, and the generation built, so that an event during the load is not lost. */
export function fail(e: MemoryEntry, now: number, error: Omit<LoadError, 'at'>, retryIn: number): void {
  giveBack(e)
  e.failures += 1
  e.error = { ...error, at: now }
  e.retryAt = now + retryIn
  e.aside = error.code === 'set-aside' ? e.retryAt : 0
  if (e.aside === 0) e.lost = 0
  e.wanted = false
  record(e, now, 'failed')
}
