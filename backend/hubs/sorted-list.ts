/** A list that stays in order as items come and go. Nothing is sorted before somebody reads it. */
export interface SortedList<Item> {
  add(item: Item): void
  remove(item: Item): void
  /** From place `from` on, at most `limit`. */
  at(from: number, limit: number): readonly Item[]
  /** The place of the first item that comes after all for which `isBefore` holds; they are those at the front. */
  placeAfter(isBefore: (item: Item) => boolean): number
}

/** `compare` gives 0 only for an item and itself. `all` are the items there are when it is first read. */
export function sortedList<Item>(
  all: () => Iterable<Item>,
  compare: (a: Item, b: Item) => number,
): SortedList<Item> {
  let sorted: Item[] | undefined

  function read(): Item[] {
    sorted ??= [...all()].sort(compare)
    return sorted
  }

  function placeAfter(isBefore: (item: Item) => boolean): number {
    const items = read()
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(items[middle] as Item)) low = middle + 1
      else high = middle
    }
    return low
  }

  const placeOf = (item: Item) => placeAfter((other) => compare(other, item) < 0)

  return {
    add(item) {
      sorted?.splice(placeOf(item), 0, item)
    },
    remove(item) {
      if (sorted && sorted[placeOf(item)] === item) sorted.splice(placeOf(item), 1)
    },
    at: (from, limit) => read().slice(from, from + limit),
    placeAfter,
  }
}
