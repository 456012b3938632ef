/** The middle of repeats, and how far apart they lay. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** @throws RangeError when there is nothing to tell. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const least = sorted[0]
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) throw new RangeError('Nothing was measured.')
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? least
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? most
  return { median: (low + high) / 2, least, most }
}

/** `12.3 (11.9 to 14.0)`, with as many digits as tell something. */
export function inWords({ median, least, most }: Spread): string {
  return `${figure(median)} (${figure(least)} to ${figure(most)})`
}

export function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
