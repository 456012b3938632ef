/** Milliseconds in which half of what somebody has used is forgotten. */
const HALF_LIFE = 60_000
/** Milliseconds somebody is taken to have used of whom nothing is known. */
const NEWCOMER = 250
/** Of how many that have used something we keep it. */
const REMEMBERED = 1_000

export interface Turns<Job> {
  /** Waits for a turn of `whose`. */
  add(whose: string, job: Job): void
  /** The job whose turn it is, which waits no longer. */
  next(): Job | undefined
  /** Waits no longer; says whether it did. */
  leave(job: Job): boolean
  /** A job of `whose` has used `ms`. */
  used(whose: string, ms: number): void
}

/**
 * Fair turns: next is who has used the least lately, and who came first among equals. So whoever is known to need little
 * waits for at most one job of those who need much, however many those are and under however many names they come.
 */
export function openTurns<Job>(now: () => number = () => performance.now()): Turns<Job> {
  const waiting: { readonly whose: string; readonly job: Job }[] = []
  const usage = new Map<string, { readonly ms: number; readonly at: number }>()

  function usedBy(whose: string): number {
    const known = usage.get(whose)
    return known ? known.ms * 0.5 ** ((now() - known.at) / HALF_LIFE) : NEWCOMER
  }

  function take(place: number): Job | undefined {
    return waiting.splice(place, 1)[0]?.job
  }

  return {
    add(whose, job) {
      waiting.push({ whose, job })
    },
    next() {
      let best = 0
      let least = Number.POSITIVE_INFINITY
      for (const [place, { whose }] of waiting.entries()) {
        const used = usedBy(whose)
        if (used < least) [best, least] = [place, used]
      }
      return waiting.length === 0 ? undefined : take(best)
    },
    leave(job) {
      const place = waiting.findIndex((one) => one.job === job)
      if (place !== -1) take(place)
      return place !== -1
    },
    used(whose, ms) {
      const all = (usage.has(whose) ? usedBy(whose) : 0) + ms
      // Put last, so that the first is the one that has used nothing for the longest.
      usage.delete(whose)
      usage.set(whose, { ms: all, at: now() })
      const [oldest] = usage.keys()
      if (usage.size > REMEMBERED && oldest !== undefined) usage.delete(oldest)
    },
  }
}
