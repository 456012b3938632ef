const BASE = 2_000
const CAP = 300_000
/** Milliseconds an upstream may ask for: its headers are whatever it likes to send. */
const LONGEST_RETRY_AFTER = 86_400_000

/**
 * Milliseconds until a load is tried again that failed after so many failures in a row. Exponential backoff with full
 * jitter (Brooker, “Exponential Backoff and Jitter”, 2015), never below what upstream asked, up to a day.
 */
export function retryIn(failures: number, retryAfter: number | undefined): number {
  const ceiling = Math.min(CAP, BASE * 2 ** Math.min(failures, 20))
  const asked = Math.min(retryAfter || 0, LONGEST_RETRY_AFTER)
  return Math.round(Math.max(asked, ceiling * (0.5 + Math.random() * 0.5)))
}
