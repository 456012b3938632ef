/** Milliseconds of work after which others have their turn. */
const SLICE = 10

/** Does `work` with each item, letting others have their turn in between, so that no length of list blocks the process. */
export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let until = performance.now() + SLICE
  for (const item of items) {
    work(item)
    if (performance.now() < until) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    until = performance.now() + SLICE
  }
}
