import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'

/** How often each client may do something, in this process. */
export interface Rate {
  /** Counts one more. */
  count(client: string): Promise<void>
  /** Seconds until the client may do it again, where it has done it as often as it may for now. */
  wait(client: string): Promise<number | undefined>
}

export function openRate({ times, seconds }: { readonly times: number; readonly seconds: number }): Rate {
  const limiter = new RateLimiterMemory({ points: times, duration: seconds })
  return {
    async count(client) {
      // Over the limit it rejects with the same, which is for `wait` to say.
      await limiter.consume(client).catch((full: RateLimiterRes) => full)
    },
    async wait(client) {
      const done = await limiter.get(client)
      if (!done || done.consumedPoints < times) return undefined
      return Math.max(1, Math.ceil(done.msBeforeNext / 1_000))
    },
  }
}
