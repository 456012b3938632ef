const DAY = 86_400_000

/** Milliseconds from `now` for which a Retry-After header asks to wait, by its seconds or date; at most a day. */
export function retryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), DAY)
}
