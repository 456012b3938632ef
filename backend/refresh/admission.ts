import type { Standing } from './sources.ts'

/** How much the newest load counts in the average. */
const NEWEST = 0.2
/** Milliseconds within which what is leased should begin to load. */
const SOON = 500
/** Sources whose average is kept at most, beside those that something is loaded from. */
const MOST = 10_000

/** What loads share that are bounded together: their type, and the system outside that they ask. */
export interface Lane {
  readonly type: string
  readonly source: string | undefined
}

export interface Limits {
  /** Loads at a time: in all, of a type, of a source. */
  readonly all: number
  readonly type: number
  readonly source: Readonly<Record<Standing, number>>
  /** Of a type's loads, those that ask a source which has not answered yet or any more, and of these the silent ones. */
  readonly unheard: number
  readonly silent: number
  /** Keys being leased, loaded or committed: in all and of a type. */
  readonly keys: { readonly all: number; readonly type: number }
}

/** A bound that many keys and loads share. */
interface Share {
  /** Loads at a time, and keys at most. */
  most: number
  readonly keep: number
  loads: number
  keys: number
  /** Keys claimed to wait here. */
  held: number
  /** Milliseconds the last loads took; nothing as long as that is not known, or does not count. */
  average: number | undefined
  readonly learns: boolean
}

/** A key that was let in: it counts in its shares until it leaves. */
export interface Stay {
  readonly lane: Lane
  readonly shares: readonly Share[]
}

/** Ends the load that began. One that failed sooner than loads take tells nothing of how long they do. */
export type Release = (failed?: boolean) => void

/**
 * Room to load, bounded for all, for each type and for each source, so that what hangs takes a part of it only: half of
 * a type's room is kept for sources that answer.
 */
export interface Admission {
  /** A load of this lane would begin at once, or nearly. */
  admits(lane: Lane): boolean
  /** A key begins to be leased. */
  enter(lane: Lane): Stay
  leave(stay: Stay): void
  /**
   * Resolves when its load may begin, urgent ones first; nothing when `patience` ms have passed before.
   */
  begin(stay: Stay, patience: number, urgent?: boolean): Promise<Release | undefined>
  /** A claimed key may wait here: it will begin within a second or so. Until it is `letGo`. */
  hold(lane: Lane): Stay | undefined
  letGo(stay: Stay): void
  /** Keys in all. */
  readonly keys: number
}

interface Waiter {
  readonly stay: Stay
  readonly urgent: boolean
  begin(release: Release): void
}

export function openAdmission(limits: Limits, standing: (source: string | undefined) => Standing): Admission {
  const all = share(limits.all, limits.keys.all, false)
  // Whatever it is that takes long: only its type or source is bounded by that.
  all.average = 0
  const types = new Map<string, { own: readonly Share[]; unheard: Share; silent: Share }>()
  const sources = new Map<string, Share>()
  const waiting: Waiter[] = []

  function sharesOf({ type, source }: Lane): readonly Share[] {
    let ofType = types.get(type)
    if (!ofType) {
      ofType = {
        own: [all, share(limits.type, limits.keys.type, true)],
        unheard: share(limits.unheard, limits.unheard, false),
        silent: share(limits.silent, limits.silent, false),
      }
      types.set(type, ofType)
    }
    if (source === undefined) return ofType.own
    const now = standing(source)
    let ofSource = sources.get(source)
    if (!ofSource) {
      if (sources.size >= MOST) forgetIdle()
      ofSource = share(limits.source[now], limits.keys.type, true)
      sources.set(source, ofSource)
    }
    ofSource.most = limits.source[now]
    if (now === 'answers') return [...ofType.own, ofSource]
    return now === 'unheard'
      ? [...ofType.own, ofSource, ofType.unheard]
      : [...ofType.own, ofSource, ofType.unheard, ofType.silent]
  }

  function forgetIdle(): void {
    for (const [name, { keys, held }] of sources) if (keys + held === 0) sources.delete(name)
  }

  function occupy({ shares }: Stay): Release {
    for (const one of shares) one.loads++
    const began = performance.now()
    return (failed = false) => {
      const took = performance.now() - began
      for (const one of shares) {
        one.loads--
        if (!one.learns) continue
        const before = one.average ?? took
        if (!failed || took > before) one.average = before + (took - before) * NEWEST
      }
      const urgent = waiting.findIndex((waiter) => waiter.urgent && hasRoom(waiter.stay.shares))
      const next = urgent === -1 ? waiting.findIndex((waiter) => hasRoom(waiter.stay.shares)) : urgent
      const [waiter] = next === -1 ? [] : waiting.splice(next, 1)
      waiter?.begin(occupy(waiter.stay))
    }
  }

  return {
    admits(lane) {
      for (const one of sharesOf(lane)) {
        if (one.loads >= one.most || one.keys >= within(one, 1)) return false
      }
      return !waiting.some(({ stay }) => isSame(stay.lane, lane))
    },
    enter(lane) {
      const shares = sharesOf(lane)
      for (const one of shares) one.keys++
      return { lane, shares }
    },
    leave({ shares }) {
      for (const one of shares) one.keys--
    },
    begin: (stay, patience, urgent = false) =>
      hasRoom(stay.shares)
        ? Promise.resolve(occupy(stay))
        : new Promise((resolve) => {
            const waiter: Waiter = {
              stay,
              urgent,
              begin(release) {
                clearTimeout(timer)
                resolve(release)
              },
            }
            const timer = setTimeout(() => {
              waiting.splice(waiting.indexOf(waiter), 1)
              resolve(undefined)
            }, patience)
            waiting.push(waiter)
          }),
    hold(lane) {
      const shares = sharesOf(lane)
      for (const one of shares) if (one.keys + one.held >= within(one, 2)) return undefined
      for (const one of shares) one.held++
      return { lane, shares }
    },
    letGo({ shares }) {
      for (const one of shares) one.held--
    },
    get keys() {
      return all.keys
    },
  }
}

function share(most: number, keep: number, learns: boolean): Share {
  return { most, keep, learns, loads: 0, keys: 0, held: 0, average: undefined }
}

const hasRoom = (shares: readonly Share[]): boolean => shares.every(({ loads, most }) => loads < most)

/** Keys whose loads could begin within so many times `SOON`: as many as at once while that is not known. */
function within({ most, keep, average = Number.POSITIVE_INFINITY }: Share, times: number): number {
  return Math.min(times * keep, most * (1 + times * Math.floor(SOON / average)))
}

const isSame = (one: Lane, other: Lane): boolean => one.type === other.type && one.source === other.source
