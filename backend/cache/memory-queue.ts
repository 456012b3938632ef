import type { Key } from './version.ts'

/** Keys ordered by the time they are due, then by name. */
export interface Queue {
  put(key: Key, at: number): void
  /** Puts it, or moves it forward; never postpones. */
  hasten(key: Key, at: number): void
  remove(key: Key): void
  /** Up to `limit` keys due at `now`, earliest first. */
  due(now: number, limit: number): readonly Key[]
  /** When the first is due. */
  first(): number | undefined
}

interface Place {
  readonly key: Key
  readonly at: number
}

/** A sorted array: a move costs a copy of what follows, which up to 100,000 keys is cheaper than a tree. */
export function createQueue(): Queue {
  const order: Place[] = []
  const times = new Map<Key, number>()

  function remove(key: Key): void {
    const at = times.get(key)
    if (at === undefined) return
    times.delete(key)
    order.splice(rank(order, { key, at }), 1)
  }

  function put(key: Key, at: number): void {
    remove(key)
    times.set(key, at)
    order.splice(rank(order, { key, at }), 0, { key, at })
  }

  return {
    put,
    remove,
    hasten(key, at) {
      const before = times.get(key)
      if (before === undefined || at < before) put(key, at)
    },
    due(now, limit) {
      const keys: Key[] = []
      for (const { key, at } of order) {
        if (at > now || keys.length === limit) break
        keys.push(key)
      }
      return keys
    },
    first: () => order[0]?.at,
  }
}

/** How many places come before it. */
function rank(order: readonly Place[], place: Place): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = order[middle]
    if (other && (other.at < place.at || (other.at === place.at && other.key < place.key))) low = middle + 1
    else high = middle
  }
  return low
}
