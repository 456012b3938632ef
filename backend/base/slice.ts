import { setImmediate } from 'node:timers/promises'

/** Milliseconds of work after which others have their turn. */
const LENGTH = 10

/** A slice of time that work may take before the rest of the process has its turn. */
export interface Slice {
  readonly isOver: boolean
  /** Lets others have their turn, then begins the next slice. */
  next(): Promise<void>
}

/** Begins a slice of `ms`. */
export function openSlice(ms = LENGTH): Slice {
  let until = performance.now() + ms
  return {
    get isOver() {
      return performance.now() >= until
    },
    async next() {
      await setImmediate()
      until = performance.now() + ms
    },
  }
}

/**
 * Does `work` with each item in slices of `ms`, so that no length of list blocks the process. `onNext` is called as each
 * slice but the first begins.
 */
export async function inSlices<Item>(
  items: Iterable<Item>,
  work: (item: Item) => void,
  { ms, onNext }: { readonly ms?: number; readonly onNext?: () => void } = {},
): Promise<void> {
  const slice = openSlice(ms)
  for (const item of items) {
    work(item)
    if (!slice.isOver) continue
    await slice.next()
    onNext?.()
  }
}
