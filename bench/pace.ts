import { setImmediate, setTimeout } from 'node:timers/promises'
import { monotonic } from './clock.ts'

/** Milliseconds before an act is due from which we look at the clock on and on: timers come up to one late. */
const NEAR = 2

/**
 * An open loop: calls `act` `count` times, each when it is due, `every` milliseconds after the one before, whether or
 * not that one has been answered. What could not begin in time begins as soon as it can and stays due when it was, so
 * times counted from `due` leave nothing out (coordinated omission, after Tene).
 */
export async function pace(
  count: number,
  every: number,
  act: (n: number, due: number) => void,
): Promise<void> {
  const first = monotonic() + every
  for (let n = 0; n < count; n++) {
    const due = first + n * every
    for (let left = due - monotonic(); left > 0; left = due - monotonic()) {
      // Sockets are served in between.
      if (left > NEAR) await setTimeout(left - NEAR)
      else await setImmediate()
    }
    act(n, due)
  }
}
