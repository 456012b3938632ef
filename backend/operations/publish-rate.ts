import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { type Refusal, refusal } from '../base/refusal.ts'

/** Seconds over which a rate holds: a burst may take them all at once. */
const WINDOW = 10

/** How much each token may publish, in this process. */
export interface PublishRate {
  /** Says no when the token has published as much as it may for now. */
  take(token: string, events: number): Promise<Refusal | undefined>
}

/** `each`, events a second, is at least a tenth of those of a batch, or one could never be taken. */
export function publishRate(each: number): PublishRate {
  const limiter = new RateLimiterMemory({ points: each * WINDOW, duration: WINDOW })
  return {
    async take(token, events) {
      const full = await limiter.consume(token, events).then(
        () => undefined,
        (full: RateLimiterRes) => full,
      )
      if (!full) return undefined
      // What was refused is not counted, or a publisher that tries again would never be let in.
      await limiter.reward(token, events)
      return refusal(
        'limited',
        `This token may publish ${each} events a second, on average over ${WINDOW} s.`,
        { retryAfter: Math.max(1, Math.ceil(full.msBeforeNext / 1_000)) },
      )
    },
  }
}
