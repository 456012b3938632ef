import type { ServerResponse } from 'node:http'
import { ProblemError } from './problem.ts'

/** Milliseconds after which a render leaves its place to another: what is left of it waits for a slow client. */
const SLOW = 5_000
const MOST_WAITING = 2_000

/**
 * At most `most` renders at a time, the others in the order they came; none for a client that has gone meanwhile. A
 * page takes milliseconds of the one thread, so that many begun at once hold up everything for as long as all take.
 * The function it returns throws ProblemError 503 when too many wait.
 */
export function openRenders(most: number): (response: ServerResponse, render: () => Promise<void>) => void {
  const waiting: { readonly response: ServerResponse; readonly render: () => Promise<void> }[] = []
  let running = 0

  function begin({ response, render }: (typeof waiting)[number]): void {
    running += 1
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      response.off('close', end)
      running -= 1
      // Once all that closed at one time is known to have: else one that goes hands its place to another that went too.
      setImmediate(startNext)
    }
    const timer = setTimeout(end, SLOW).unref()
    response.once('close', end)
    // An error that Next does not answer must not end the process.
    render()
      .catch(() => response.destroy())
      .finally(end)
  }

  function startNext(): void {
    while (running < most) {
      const next = waiting.shift()
      if (!next) return
      if (!next.response.destroyed) begin(next)
    }
  }

  return (response, render) => {
    if (waiting.length >= MOST_WAITING) {
      throw new ProblemError(503, 'Too many pages are asked for at once. Try again in a few seconds.', {
        headers: { 'retry-after': '2' },
        reason: 'full',
      })
    }
    waiting.push({ response, render })
    startNext()
  }
}
