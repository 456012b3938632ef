import type { Cause, Entry, FeedEntry, LoadRecord, Reading } from './cache.ts'

/** A key's state as the scripts put it into one JSON text; absent numbers are 0, absent texts ''. */
type View = readonly [
  key: string,
  offset: number,
  dataOffset: number,
  hasData: boolean,
  empty: boolean,
  fresh: boolean,
  building: boolean,
  loadedAt: number,
  checkedAt: number,
  dueAt: number,
  error: string,
  errorAt: number,
  causes: string,
  required: number,
  built: number,
  loads: string,
  changed?: boolean,
]

// Replies and feed entries are made by our own scripts alone, so they are cast, not parsed.

/** The reply of READ. */
export function decodeReading(epoch: number, reply: unknown): Reading {
  const [top, now, ...pairs] = reply as [number, number, ...string[]]
  const entries: Entry[] = []
  for (let n = 0; n < pairs.length; n += 2)
    entries.push(decodeEntry(epoch, pairs[n] ?? '', pairs[n + 1] ?? ''))
  return { cursor: { epoch, offset: top }, now, entries }
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
  const view = JSON.parse(first) as View
  return { kind: 'change', version, entry: decodeView(epoch, view, second), changed: view[16] === true }
}

export function decodeEntry(epoch: number, view: string, data: string): Entry {
  return decodeView(epoch, JSON.parse(view) as View, data)
}

function decodeView(epoch: number, view: View, data: string): Entry {
  const [key, offset, dataOffset, hasData, empty, fresh, building, loadedAt, checkedAt, dueAt, ...rest] = view
  const [error, errorAt, causes, required, built, loads] = rest
  return {
    key,
    version: { epoch, offset },
    dataOffset,
    data: data || undefined,
    hasData,
    empty,
    fresh,
    building,
    loadedAt: loadedAt || undefined,
    checkedAt: checkedAt || undefined,
    dueAt: dueAt || undefined,
    error: error ? { ...JSON.parse(error), at: errorAt } : undefined,
    cause: lines(causes).map((line) => JSON.parse(line) as Cause),
    required,
    built,
    loads: lines(loads).map(decodeLoad),
  }
}

function decodeLoad(line: string): LoadRecord {
  const [startedAt, endedAt, outcome] = line.split(' ')
  return { startedAt: Number(startedAt), endedAt: Number(endedAt), outcome: outcome as LoadRecord['outcome'] }
}

const lines = (text: string) => text.split('\n').filter(Boolean)
