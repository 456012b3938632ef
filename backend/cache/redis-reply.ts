import type { CacheEntry, CacheSnapshot, Cause, FeedEntry, Grant, LoadRecord } from './cache.ts'

/** Set in the first number of a view. */
const HAS_DATA = 1
const EMPTY = 2
const FRESH = 4
const BUILDING = 8
const CHANGED = 16

// Replies and feed entries are made by our own scripts alone, so they are cast, not parsed.

/** The reply of READ. */
export function decodeSnapshot(epoch: number, reply: unknown): CacheSnapshot {
  const [top, now, ...said] = reply as [number, number, ...string[]]
  const entries: CacheEntry[] = []
  for (let n = 0; n < said.length; n += 3)
    entries.push(decodeEntry(epoch, said[n] ?? '', said[n + 1] ?? '', said[n + 2] ?? ''))
  return { cursor: { epoch, offset: top }, now, entries }
}

/** What ACQUIRE says of one key. */
export function decodeGrant(now: number, said: readonly (string | number)[]): Grant {
  const [outcome, hash, failures, byClock, lost] = said as [Grant['outcome'], string, number, 0 | 1, number]
  if (outcome !== 'granted') return { outcome }
  return { outcome, now, previousHash: hash || undefined, failures, byClock: byClock === 1, lost }
}

/** One item of XREAD: a change (view and data) or a pulse (when, through, oldest due). */
export function decodeFeed(
  epoch: number,
  [id, flat]: readonly [id: string, flat: readonly string[]],
): FeedEntry {
  const version = { epoch, offset: Number.parseInt(id, 10) }
  const [kind, first = '', , second = '', , third = ''] = flat
  if (kind === 'pulse') {
    return {
      kind,
      version,
      pulse: { now: Number(first), through: Number(second), oldestDue: Number(third) },
    }
  }
  const changed = (Number.parseInt(first, 10) & CHANGED) !== 0
  return { kind: 'change', version, entry: decodeEntry(epoch, first, '', second), changed }
}

/**
 * A key's state as the scripts put it into one text: a line of numbers, 0 for absent ones, then the key, the error in
 * JSON or nothing, and a line for each cause. Lines, because Redis's Lua is slow at making JSON and this process at
 * reading many small replies.
 */
export function decodeEntry(epoch: number, view: string, loads: string, data: string): CacheEntry {
  const [numbers = '', key = '', error, ...causes] = view.split('\n')
  const [flags = 0, offset = 0, dataOffset = 0, loadedAt, checkedAt, dueAt, errorAt = 0, ...generations] =
    numbers.split(' ').map(Number)
  const [required = 0, built = 0] = generations
  return {
    key,
    version: { epoch, offset },
    dataOffset,
    data: data || undefined,
    hasData: (flags & HAS_DATA) !== 0,
    empty: (flags & EMPTY) !== 0,
    fresh: (flags & FRESH) !== 0,
    building: (flags & BUILDING) !== 0,
    loadedAt: loadedAt || undefined,
    checkedAt: checkedAt || undefined,
    dueAt: dueAt || undefined,
    error: error ? { ...JSON.parse(error), at: errorAt } : undefined,
    cause: causes.filter(Boolean).map((line) => JSON.parse(line) as Cause),
    required,
    built,
    loads: lines(loads).map(decodeLoad),
  }
}

function decodeLoad(line: string): LoadRecord {
  const [startedAt, endedAt, outcome, ...notes] = line.split(' ')
  return {
    ...{ startedAt: Number(startedAt), endedAt: Number(endedAt), outcome: outcome as LoadRecord['outcome'] },
    ...(notes.length > 0 ? { notes: JSON.parse(notes.join(' ')) as string[] } : {}),
  }
}

const lines = (text: string) => text.split('\n').filter(Boolean)
