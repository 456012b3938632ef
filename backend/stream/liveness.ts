import type { Cache, Pulse } from '../cache/cache.ts'

/** Milliseconds `through` may lie behind before a page is no longer live. */
const LIVE_WITHIN = 10_000

/** Up to when this process knows that every event is in the data it shows: whether its pages are live. */
export interface Liveness {
  /** The cache's clock, carried on from the last pulse by a monotonic one. */
  now(): number
  /**
   * Up to then every event on the bus is acknowledged and every edit of a hub is known here; 0 before any daemon has
   * said so.
   */
  through(): number
  live(): boolean
  /** Which stores do not serve this process, in sentences for readers. */
  why(): string | undefined
  heard(pulse: Pulse): void
}

/** `hubsKnownAt`: moment, by `performance.now()`, up to which this process knows every edit of a hub. */
export async function followLiveness(
  cache: Cache,
  hubsKnownAt: () => number,
  why: Liveness['why'] = () => undefined,
): Promise<Liveness> {
  const first = await cache.lastPulse()
  /** `through` is told by the daemon's clock, or the bus's: one that is fast must not outlive the daemon. */
  const credible = ({ through, now }: Pulse) => Math.min(through, now)
  let through = first.pulse ? credible(first.pulse) : 0
  let clock = { at: first.now, since: performance.now() }
  const at = (moment: number) => Math.round(clock.at + moment - clock.since)
  const now = () => at(performance.now())
  const upTo = () => Math.min(through, at(hubsKnownAt()))
  return {
    now,
    through: upTo,
    why,
    live: () => now() - upTo() < LIVE_WITHIN,
    heard(pulse) {
      through = credible(pulse)
      clock = { at: pulse.now, since: performance.now() }
    },
  }
}
