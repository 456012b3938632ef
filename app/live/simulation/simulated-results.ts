import type { KeyedData, WidgetSnapshot } from '#contract/snapshot.ts'

interface Entry {
  offset: number
  dataOffset: number
  data: string
}

/** Results by key, each at its place of one feed whose epochs the test begins. */
export interface SimulatedResults {
  has(key: string): boolean
  cursor(): string
  epoch(): number
  version(key: string): string
  /** Of a key that was loaded. */
  state(key: string): Omit<WidgetSnapshot, 'data' | 'type'>
  dataAt(key: string): string | undefined
  /** How an event carries the data: every third result is too large to travel in it. */
  carried(key: string, id: string): { readonly data: string } | { readonly href: string } | undefined
  dataOf(href: string): KeyedData | undefined
  /** A load ends, with other data or with the same. */
  load(key: string, changed: boolean): void
  restart(): void
}

export function simulatedResults(): SimulatedResults {
  const entries = new Map<string, Entry>()
  let epoch = 1
  let offset = 0
  let writes = 0
  const version = (key: string) => `${epoch}:${entries.get(key)?.offset}`

  return {
    has: (key) => entries.has(key),
    cursor: () => `${epoch}:${offset}`,
    epoch: () => epoch,
    version,
    state(key) {
      const checkedAt = entries.get(key)?.offset ?? 0
      return { key, version: version(key), schema: 'notes@1', status: 'fresh', loadedAt: 1, checkedAt }
    },
    dataAt: (key) => entries.get(key)?.data,
    carried(key, id) {
      const entry = entries.get(key)
      if (!entry) return undefined
      return entry.dataOffset % 3 === 0
        ? { href: `/api/v1/data/${key}/${epoch}/${entry.dataOffset}?widget=${id}` }
        : { data: entry.data }
    },
    dataOf(href) {
      const key = href.split('/')[4] ?? ''
      const entry = entries.get(key)
      return entry && { key, version: `${epoch}:${entry.dataOffset}`, data: entry.data }
    },
    load(key, changed) {
      offset += 1
      const before = entries.get(key)
      entries.set(
        key,
        before && !changed
          ? { ...before, offset }
          : { offset, dataOffset: offset, data: `${key} ${++writes}` },
      )
    },
    restart() {
      epoch += 1
      offset = 0
      for (const entry of entries.values()) {
        entry.offset = ++offset
        entry.dataOffset = offset
      }
    },
  }
}
