import type { Cache, Pulse } from '../cache.ts'
import type { Life } from './life.ts'

/** PULSE and LASTPULSE. */
export function pulseVerbs({
  now: clock,
  due,
  feed,
  announceLate,
}: Life): Pick<Cache, 'pulse' | 'lastPulse'> {
  let last: Pulse | undefined
  /** Who may append the next, and until when nobody else. */
  let held: { readonly by: string; readonly until: number } | undefined
  return {
    async pulse(daemon, upTo, ttl) {
      const now = clock()
      if (held && held.by !== daemon && held.until > now) return false
      announceLate(now)
      const through = (due.firstLate() ?? Infinity) <= now ? (last?.through ?? 0) : upTo
      const pulse = { now, through, oldestDue: Math.max(0, now - (due.first() ?? now)) }
      held = { by: daemon, until: now + ttl }
      last = pulse
      feed.append((version) => ({ kind: 'pulse', version, pulse }))
      return true
    },
    async lastPulse() {
      return { now: clock(), pulse: last }
    },
  }
}
