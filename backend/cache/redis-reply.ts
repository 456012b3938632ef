import type { Entry, FeedEntry, LoadRecord, Reading } from './cache.ts'

/** A flat list of names and values, as the scripts give a key's state both in replies and in the feed. */
type Flat = readonly (string | number)[]

/** Replies have the shape that our own scripts give them, so they are cast, not parsed. */
export function decodeReading(epoch: number, reply: unknown): Reading {
  const [top, now, ...views] = reply as [number, number, ...Flat[]]
  return {
    cursor: { epoch, offset: top },
    now,
    entries: views.map((view) => decodeEntry(epoch, fields(view))),
  }
}

/** Feed entries of any kind, from one item of XREAD or XRANGE. */
export function decodeFeed(
  epoch: number,
  [id, flat]: readonly [id: string, flat: readonly string[]],
): FeedEntry {
  const version = { epoch, offset: Number.parseInt(id, 10) }
  const named = fields(flat)
  if (named.has('through')) {
    return {
      kind: 'pulse',
      version,
      pulse: {
        now: number(named, 'now'),
        through: number(named, 'through'),
        oldestDue: number(named, 'oldestDue'),
      },
    }
  }
  return {
    kind: 'change',
    version,
    entry: decodeEntry(epoch, named),
    changed: number(named, 'changed') === 1,
  }
}

export function decodeEntry(epoch: number, named: ReadonlyMap<string, string>): Entry {
  const error = text(named, 'error')
  return {
    key: text(named, 'key'),
    version: { epoch, offset: number(named, 'offset') },
    dataOffset: number(named, 'dataOffset'),
    data: text(named, 'data') || undefined,
    hasData: number(named, 'hasData') === 1,
    empty: text(named, 'empty') === '1',
    fresh: number(named, 'fresh') === 1,
    building: number(named, 'building') === 1,
    loadedAt: number(named, 'loadedAt') || undefined,
    checkedAt: number(named, 'checkedAt') || undefined,
    dueAt: number(named, 'dueAt') || undefined,
    error: error ? { ...JSON.parse(error), at: number(named, 'errorAt') } : undefined,
    cause: lines(named, 'cause').map((line) => JSON.parse(line)),
    required: number(named, 'required'),
    built: number(named, 'built'),
    loads: lines(named, 'loads').map(decodeLoad),
  }
}

function decodeLoad(line: string): LoadRecord {
  const [startedAt, endedAt, outcome] = line.split(' ')
  return { startedAt: Number(startedAt), endedAt: Number(endedAt), outcome: outcome as LoadRecord['outcome'] }
}

function fields(flat: Flat): Map<string, string> {
  const named = new Map<string, string>()
  for (let n = 0; n < flat.length; n += 2) named.set(String(flat[n]), String(flat[n + 1]))
  return named
}

const text = (named: ReadonlyMap<string, string>, name: string) => named.get(name) ?? ''
const number = (named: ReadonlyMap<string, string>, name: string) => Number(named.get(name) ?? 0)
const lines = (named: ReadonlyMap<string, string>, name: string) =>
  text(named, name).split('\n').filter(Boolean)
