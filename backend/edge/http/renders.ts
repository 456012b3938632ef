import type { ServerResponse } from 'node:http'
import { openQuota, type Permit, type QuotaLimits } from '../../base/quota.ts'
import { ProblemError } from './problem.ts'

/** Milliseconds after which a render leaves its place to another: what is left of it waits for a slow client. */
const SLOW = 5_000
const MOST_WAITING = 2_000

interface Wanted {
  readonly response: ServerResponse
  /** Whom it counts as. */
  readonly client: string
  readonly render: () => Promise<void>
}

interface RenderLimits {
  readonly rendered: QuotaLimits
  /** Pages whose clients are slow to read them: each is held whole, as large as it is. */
  readonly slow: QuotaLimits
}

/**
 * Renders so many pages at a time, the others in the order they came, and none for a client that has gone meanwhile. A
 * page takes milliseconds of the one thread, so that many begun at once would hold up everything for as long as all take.
 * The function returned throws ProblemError 503 when too many wait.
 */
export function openRenders(limits: RenderLimits): (wanted: Wanted) => void {
  const waiting: Wanted[] = []
  const rendered = openQuota(limits.rendered)
  const slow = openQuota(limits.slow)

  function begin({ response, client, render }: Wanted, place: Permit): void {
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      response.off('close', end)
      place.release()
      // Later, when all that closed at the same time are known to be gone: else one hands its place to another of them.
      setImmediate(startNext)
    }
    const timer = setTimeout(() => {
      const kept = slow.take(client, 1)
      if (typeof kept === 'string') response.destroy()
      else response.once('close', kept.release)
      end()
    }, SLOW).unref()
    response.once('close', end)
    // An error that Next does not answer must not end the process.
    render().catch(() => response.destroy())
  }

  function startNext(): void {
    for (let at = 0; at < waiting.length; ) {
      const next = waiting[at]
      const place = !next || next.response.destroyed ? undefined : rendered.take(next.client, 1)
      if (place === 'all') return
      if (place === 'client') at++
      else waiting.splice(at, 1)
      if (next && typeof place === 'object') begin(next, place)
    }
  }

  return (wanted) => {
    if (waiting.length >= MOST_WAITING) {
      throw new ProblemError(503, 'Too many pages are asked for at once. Try again in a few seconds.', {
        headers: { 'retry-after': '2' },
        reason: 'full',
      })
    }
    waiting.push(wanted)
    startNext()
  }
}
