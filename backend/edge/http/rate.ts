import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Client } from './client-address.ts'
import { ProblemError } from './problem.ts'

/** How often each client may do something, in this process. */
export interface Rate {
  /** Counts one more. */
  count(client: Client): Promise<void>
  /** @throws ProblemError 429 with `detail` when the client has done it as often as it may for now. */
  check(client: Client, detail: string): Promise<void>
}

export function openRate({ times, seconds }: { readonly times: number; readonly seconds: number }): Rate {
  const limiter = new RateLimiterMemory({ points: times, duration: seconds })
  return {
    async count({ counted }) {
      // Over the limit it rejects with the same, which is for `check` to say.
      await limiter.consume(counted).catch((full: RateLimiterRes) => full)
    },
    async check({ counted }, detail) {
      const done = await limiter.get(counted)
      if (!done || done.consumedPoints < times) return
      const wait = Math.max(1, Math.ceil(done.msBeforeNext / 1_000))
      throw new ProblemError(429, detail, { headers: { 'retry-after': String(wait) } })
    },
  }
}
