import type { Key } from '../version.ts'

/** Keys ordered by the time they are due, then by name. */
export interface Queue {
  put(key: Key, at: number): void
  /** Puts it, or moves it forward; never postpones. */
  hasten(key: Key, at: number): void
  remove(key: Key): void
  has(key: Key): boolean
  /** It is in the queue, and due at `now`. */
  due(key: Key, now: number): boolean
  /** Takes out up to `limit` keys due at `now`, earliest first. */
  take(now: number, limit: number): readonly Key[]
  /** When the first is due. */
  first(): number | undefined
}

interface Scheduled {
  readonly key: Key
  readonly at: number
}

/** A binary heap (Williams, 1964) whose items of moved and removed keys are dropped when they come up. */
export function createQueue(): Queue {
  let heap: Scheduled[] = []
  const times = new Map<Key, number>()

  function put(key: Key, at: number): void {
    times.set(key, at)
    if (heap.length > 2 * times.size + 64) heap = [...times].map(([k, t]) => ({ key: k, at: t })).sort(order)
    else rise(heap, { key, at })
  }

  function top(): Scheduled | undefined {
    while (heap[0] && times.get(heap[0].key) !== heap[0].at) pop(heap)
    return heap[0]
  }

  return {
    put,
    hasten(key, at) {
      const before = times.get(key)
      if (before === undefined || at < before) put(key, at)
    },
    remove(key) {
      times.delete(key)
    },
    has: (key) => times.has(key),
    due: (key, now) => (times.get(key) ?? Infinity) <= now,
    take(now, limit) {
      const keys: Key[] = []
      for (let next = top(); next && next.at <= now && keys.length < limit; next = top()) {
        times.delete(next.key)
        keys.push(next.key)
      }
      return keys
    },
    first: () => top()?.at,
  }
}

function order(a: Scheduled, b: Scheduled): number {
  return a.at - b.at || (a.key < b.key ? -1 : 1)
}

function rise(heap: Scheduled[], item: Scheduled): void {
  let at = heap.push(item) - 1
  while (at > 0) {
    const parent = (at - 1) >>> 1
    const above = heap[parent] as Scheduled
    if (order(above, item) <= 0) break
    heap[at] = above
    at = parent
  }
  heap[at] = item
}

function pop(heap: Scheduled[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    const right = heap[child + 1]
    if (right && order(right, heap[child] as Scheduled) < 0) child += 1
    const below = heap[child]
    if (!below || order(last, below) <= 0) break
    heap[at] = below
    at = child
  }
  heap[at] = last
}
