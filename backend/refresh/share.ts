/** How much the newest load counts in the average. */
const NEWEST = 0.2
/** Milliseconds within which what is leased should begin to load. */
const SOON = 500

/** A bound that many keys and loads share. */
export interface Share {
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

export function openShare(most: number, keep: number, learns: boolean): Share {
  return { most, keep, learns, loads: 0, keys: 0, held: 0, average: undefined }
}

/** Whether a load that counts in all of them may begin. */
export const hasCapacity = (shares: readonly Share[]): boolean =>
  shares.every(({ loads, most }) => loads < most)

/** Keys whose loads could begin within so many times `SOON`: as many as at once while that is not known. */
export function keysWithin({ most, keep, average = Number.POSITIVE_INFINITY }: Share, times: number): number {
  return Math.min(times * keep, most * (1 + times * Math.floor(SOON / average)))
}

/** A load of it has ended, after so many ms. One that failed sooner than loads take tells nothing of how long they do. */
export function endLoad(share: Share, took: number, failed: boolean): void {
  share.loads--
  if (!share.learns) return
  const before = share.average ?? took
  if (!failed || took > before) share.average = before + (took - before) * NEWEST
}
