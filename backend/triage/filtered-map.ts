/**
 * A map that is mostly asked for keys it does not have. A filter before it answers for nearly all of those out of the
 * processor's cache, where a lookup in a large map waits for memory several times. It is a Bloom filter that looks at
 * one word for each key (Putze, Sanders and Singler, “Cache-, hash- and space-efficient Bloom filters”, WEA 2007), of
 * two to eight bytes a key, of as many as there were when it was made. Keys that are no strings pass by it.
 */
export interface FilteredMap<Value> {
  readonly entries: Map<unknown, Value>
  /** Absent while the map is small. */
  filter: Filter | undefined
}

interface Filter {
  readonly words: Int32Array
  /** The leftmost bits of a hash say which word. */
  readonly shift: number
  /** Keys it takes until it is made anew. */
  capacity: number
}

/** Entries from which a map is large. */
const LARGE = 64
/** Characters that a hash looks at, the last ones: what comes from outside may be long. */
const HASHED = 64

export function filteredMap<Value>(): FilteredMap<Value> {
  return { entries: new Map(), filter: undefined }
}

export function get<Value>({ entries, filter }: FilteredMap<Value>, key: unknown): Value | undefined {
  if (filter && typeof key === 'string' && !mayHold(filter, key)) return undefined
  return entries.get(key)
}

export function set<Value>(map: FilteredMap<Value>, key: unknown, value: Value): void {
  const { entries, filter } = map
  entries.set(key, value)
  if (!filter || filter.capacity === 0) map.filter = entries.size >= LARGE ? filterOf(entries) : undefined
  else if (typeof key === 'string') hold(filter, key)
}

/** The filter lets the key pass until it is made anew. */
export function remove(map: FilteredMap<unknown>, key: unknown): void {
  map.entries.delete(key)
  if (map.entries.size === 0) map.filter = undefined
}

function filterOf(entries: ReadonlyMap<unknown, unknown>): Filter {
  const bits = Math.ceil(Math.log2(entries.size))
  const filter = { words: new Int32Array(2 ** bits), shift: 32 - bits, capacity: 2 ** (bits + 1) }
  for (const key of entries.keys()) if (typeof key === 'string') hold(filter, key)
  return filter
}

function hold(filter: Filter, key: string): void {
  const hash = hashOf(key)
  const at = hash >>> filter.shift
  filter.words[at] = (filter.words[at] ?? 0) | marks(hash)
  filter.capacity -= 1
}

function mayHold({ words, shift }: Filter, key: string): boolean {
  const hash = hashOf(key)
  const bits = marks(hash)
  return ((words[hash >>> shift] ?? 0) & bits) === bits
}

/** Three bits of a word, by the rightmost bits of the hash. */
function marks(hash: number): number {
  return (1 << (hash & 31)) | (1 << ((hash >>> 5) & 31)) | (1 << ((hash >>> 10) & 31))
}

/** FNV-1a over UTF-16 units, finished like MurmurHash3. */
function hashOf(text: string): number {
  const { length } = text
  let hash = length
  for (let at = length > HASHED ? length - HASHED : 0; at < length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
