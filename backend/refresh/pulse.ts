import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import type { Service } from '../base/service.ts'
import type { Bus } from '../bus/bus.ts'
import { type Cache, LATE_AFTER } from '../cache/cache.ts'

const EVERY = 2_000
/** Milliseconds after which another daemon takes the pulse over. */
const LEASE = 5_000

/**
 * Says every 2 s, from one daemon at a time, how far the whole line has come. `through` is asked of the bus before the
 * pulse is written, and nothing is said when the bus cannot be asked: silence is what makes pages say paused.
 */
export function pulseGiver(options: { bus: Bus; cache: Cache; log: Logger }): Service {
  const { bus, cache, log } = options
  const token = randomUUID()

  async function give(signal: AbortSignal): Promise<void> {
    // As an age, because the bus and this process tell the time by other clocks than the cache. Asked first, so that
    // what passes meanwhile makes the pulse older, never younger.
    const { now } = await cache.lastPulse()
    const age = Math.max(0, Date.now() - (await bus.through()))
    // What was acknowledged by then is rebuilt, or late and announced before the pulse; the clock counts whole ms.
    await setTimeout(LATE_AFTER + 2, undefined, { signal })
    await cache.pulse(token, now - age, LEASE)
  }

  return {
    run: (signal) =>
      every(EVERY - LATE_AFTER, signal, () =>
        give(signal).catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error }, 'no pulse could be given')
        }),
      ),
  }
}
