const FIRST = 250
const LONGEST = 15_000

/**
 * Milliseconds before the next try: full jitter under a doubling ceiling, so that readers cut off together do not come
 * back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoff(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** Math.max(failures - 1, 0))
}
