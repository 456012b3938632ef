/** Milliseconds in which half of what somebody has used is forgotten. */
const HALF_LIFE = 60_000
/** Milliseconds somebody is taken to have used of whom nothing is known. */
const NEWCOMER = 250
/** Of how many that have used something we keep it: of parties, and of purposes. */
const REMEMBERED = 1_000

/** Whose turn it is: a party, and among what it waits for what the job is for. */
export type Whose = readonly [party: string, purpose?: string]

export interface Turns<Job> {
  /** Waits for a turn of `whose`. */
  add(whose: Whose, job: Job): void
  /** The job whose turn it is, which waits no longer. */
  next(): Job | undefined
  /** Waits no longer; says whether it did. */
  leave(job: Job): boolean
  /** A job of `whose` has used `ms`. */
  used(whose: Whose, ms: number): void
}

/**
 * Fair turns: next is the party that has used the least lately, of its jobs the one whose purpose has, and what came
 * first among equals. So who is known to need little waits for at most one job of those who need much, however many
 * those are, and under however many names a party asks.
 */
export function openTurns<Job>(now: () => number = () => performance.now()): Turns<Job> {
  const waiting: { readonly whose: Whose; readonly job: Job }[] = []
  const parties = openUsage(now)
  const purposes = openUsage(now)

  function take(place: number): Job | undefined {
    return waiting.splice(place, 1)[0]?.job
  }

  return {
    add(whose, job) {
      waiting.push({ whose, job })
    },
    next() {
      let best = 0
      let least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as const
      for (const [place, { whose }] of waiting.entries()) {
        const [party, purpose = ''] = whose
        const used = parties.of(party)
        if (used > least[0]) continue
        const usedFor = purposes.of(purpose)
        if (used < least[0] || usedFor < least[1]) [best, least] = [place, [used, usedFor]]
      }
      return waiting.length === 0 ? undefined : take(best)
    },
    leave(job) {
      const place = waiting.findIndex((one) => one.job === job)
      if (place !== -1) take(place)
      return place !== -1
    },
    used([party, purpose], ms) {
      parties.add(party, ms)
      if (purpose !== undefined) purposes.add(purpose, ms)
    },
  }
}

/** Milliseconds that names have used lately. */
function openUsage(now: () => number): { of(name: string): number; add(name: string, ms: number): void } {
  const usage = new Map<string, { readonly ms: number; readonly at: number }>()

  function usedBy(name: string): number {
    const known = usage.get(name)
    return known ? known.ms * 0.5 ** ((now() - known.at) / HALF_LIFE) : NEWCOMER
  }

  return {
    of: usedBy,
    add(name, ms) {
      const all = (usage.has(name) ? usedBy(name) : 0) + ms
      // Put last, so that the first is the one that has used nothing for the longest.
      usage.delete(name)
      usage.set(name, { ms: all, at: now() })
      const [oldest] = usage.keys()
      if (usage.size > REMEMBERED && oldest !== undefined) usage.delete(oldest)
    },
  }
}
