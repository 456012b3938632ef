import type { Key } from '../cache/version.ts'

/** Loads in a row that a source let run out of time before only one at a time is tried. */
const PATIENCE = 2
/** Sources remembered at most; the one that was heard of first is forgotten. */
const MOST = 10_000
/** Milliseconds after which a card is told again since when. */
const TELL_AGAIN = 3_600_000
/** Cards of one source of which it is remembered that they were told; of more, the first are told again. */
const MOST_TOLD = 20_000

/** `answers`: its last load ended in time. `silent`: its last ones did not. `unheard`: neither is known yet. */
export type Standing = 'answers' | 'unheard' | 'silent'

/** What this process has seen of the systems that loads ask (a circuit breaker; Nygard, “Release It!”, 2007). */
export interface SourceHealth {
  standing(source: string | undefined): Standing
  /** A load of it ended in time, well or not. Says whether it had been silent. */
  answered(source: string): boolean
  /** A load that asked it at `askedAt` ran out of time. Says whether it is silent from now on. */
  timedOut(source: string, askedAt: number): boolean
  /** When the load began that it was the first not to answer; nothing unless it is silent. Cache clock. */
  silentSince(source: string | undefined): number | undefined
  /** Whether the card of this key must be told at `now` that its source is silent; from now on it has been. */
  mustTell(source: string, key: Key, now: number): boolean
  /** How many are silent. */
  readonly silent: number
}

interface Seen {
  answers: boolean
  /** Loads in a row that ran out of time, and when the first of them began. */
  timeouts: number
  since: number
  told: Map<Key, number> | undefined
}

export function openSourceHealth(): SourceHealth {
  const all = new Map<string, Seen>()
  let silent = 0

  function seen(source: string): Seen {
    let known = all.get(source)
    if (!known) {
      const [oldest] = all.size < MOST ? [] : all.keys()
      if (oldest !== undefined) forget(oldest)
      known = { answers: false, timeouts: 0, since: 0, told: undefined }
      all.set(source, known)
    }
    return known
  }

  function forget(source: string): void {
    if (standing(source) === 'silent') silent--
    all.delete(source)
  }

  function standing(source: string | undefined): Standing {
    if (source === undefined) return 'answers'
    const known = all.get(source)
    if (!known) return 'unheard'
    if (known.timeouts >= PATIENCE) return 'silent'
    return known.answers ? 'answers' : 'unheard'
  }

  return {
    standing,
    answered(source) {
      const was = standing(source) === 'silent'
      if (was) silent--
      const known = seen(source)
      known.answers = true
      known.timeouts = 0
      known.told = undefined
      return was
    },
    timedOut(source, askedAt) {
      const known = seen(source)
      known.timeouts++
      known.since = known.timeouts === 1 ? askedAt : Math.min(known.since, askedAt)
      if (known.timeouts !== PATIENCE) return false
      silent++
      return true
    },
    silentSince: (source) =>
      source !== undefined && standing(source) === 'silent' ? all.get(source)?.since : undefined,
    mustTell(source, key, now) {
      const known = seen(source)
      known.told ??= new Map()
      const told = known.told.get(key)
      if (told !== undefined && now < told + TELL_AGAIN) return false
      // Last, so that the first is the one that was told the longest ago.
      known.told.delete(key)
      known.told.set(key, now)
      const [oldest] = known.told.size > MOST_TOLD ? known.told.keys() : []
      if (oldest !== undefined) known.told.delete(oldest)
      return true
    },
    get silent() {
      return silent
    },
  }
}

/** `status.example.org has not answered since 14:02 UTC; one load at a time is tried.` */
export function silentWords(source: string, since: number, now: number): string {
  const [from, to] = [new Date(since), new Date(now)].map((date) => date.toISOString())
  const day = from?.slice(0, 10) === to?.slice(0, 10) ? '' : `${from?.slice(0, 10)} `
  return `${source} has not answered since ${day}${from?.slice(11, 16)} UTC; one load at a time is tried.`
}
