import { setTimeout } from 'node:timers/promises'
import type { WireError } from '#contract/widget-state.ts'
import type { Cache, CacheEntry, CacheSnapshot } from '../cache/cache.ts'
import { formatVersion, type Key } from '../cache/version.ts'
import { type Shown, stateMembers } from './widget-state.ts'

/** Milliseconds a read may wait, in all, for a daemon to load what is missing or stale. */
const PATIENCE = 150

/** A placed widget as a snapshot needs it: one that can be loaded, or one that says why not. */
export type Placeable = { readonly id: string; readonly type: string } & (
  | (Omit<Shown, 'id'> & { readonly problem?: undefined })
  | { readonly problem: WireError; readonly key?: undefined }
)

/** Reads what is cached of each key; asks for what is not fresh and waits a moment for it. */
export async function readPatiently(cache: Cache, keys: readonly Key[]): Promise<CacheSnapshot> {
  let reading = await cache.read(keys, { want: true })
  for (let wait = 5, waited = 0; waited < PATIENCE && reading.entries.some(expected); wait *= 2) {
    await setTimeout(Math.min(wait, PATIENCE - waited))
    waited += wait
    reading = await cache.read(keys)
  }
  return reading
}

/** Not fresh, and no failure says that it will not be in a moment. */
function expected(entry: CacheEntry): boolean {
  return !entry.fresh && entry.error === undefined && entry.building
}

/** One widget of a snapshot as JSON text: cached data is passed through without being parsed. */
export function widgetText(widget: Placeable, entry: CacheEntry | undefined): string {
  const type = `"type":${JSON.stringify(widget.type)}`
  if (widget.problem) {
    const error = JSON.stringify(widget.problem)
    return `{${type},"key":"","version":"0:0","schema":"","status":"unavailable","loadedAt":null,"checkedAt":null,"error":${error},"data":null}`
  }
  return `{${type},${stateMembers(entry ?? unread(widget.key), widget)},"data":${entry?.data ?? 'null'}}`
}

/** What is known of a key while the cache is away and nothing of it was ever served here. */
function unread(key: Key): CacheEntry {
  return {
    key,
    version: { epoch: 0, offset: 0 },
    dataOffset: 0,
    data: undefined,
    hasData: false,
    empty: false,
    fresh: false,
    building: true,
    loadedAt: undefined,
    checkedAt: undefined,
    dueAt: undefined,
    error: undefined,
    cause: [],
    required: 0,
    built: 0,
    loads: [],
  }
}

export function snapshotText(options: {
  widgets: readonly Placeable[]
  reading: CacheSnapshot
  through: number
  revision: number
}): string {
  const { widgets, reading, through, revision } = options
  const entries = new Map(reading.entries.map((entry) => [entry.key, entry]))
  const members = widgets.map(
    (widget) =>
      `${JSON.stringify(widget.id)}:${widgetText(widget, widget.problem ? undefined : entries.get(widget.key))}`,
  )
  const { cursor, now } = reading
  return `{"cursor":"${formatVersion(cursor)}","now":${now},"through":${through},"revision":${revision},"widgets":{${members.join(',')}}}`
}

/** The snapshot of a hub nobody here has read before, while the cache is away. */
export const emptyReading = (now: number): CacheSnapshot => ({
  cursor: { epoch: 0, offset: 0 },
  now,
  entries: [],
})
