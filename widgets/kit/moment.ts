import { momentOfText } from './moment-text.ts'

/** What is told of a time before this was never set, or is of another unit: there was nothing to tell it then. */
const EARLIEST = Date.UTC(1990, 0, 1)
const LATEST = Date.UTC(9999, 11, 31)
/** How far the clocks of others may be ahead of ours. */
const AHEAD = 5 * 60_000

/**
 * Milliseconds since 1970 of a time told by anybody outside; nothing when none is told, or none that can be meant.
 * Numbers (also as text) below 1e11 are seconds, then milliseconds, from 1e14 on microseconds and from 1e17 on
 * nanoseconds. Texts are read by `momentOfText`. Nothing before 1990. It may lie in the future: see `believed`.
 */
export function readMoment(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d{9,19}(?:\.\d+)?\s*$/.test(value) ? Number(value) : value
  const at =
    typeof number === 'number'
      ? inMilliseconds(number)
      : typeof number === 'string'
        ? momentOfText(number)
        : undefined
  return at !== undefined && at >= EARLIEST && at <= LATEST ? at : undefined
}

function inMilliseconds(number: number): number {
  if (number < 1e11) return Math.round(number * 1000)
  if (number < 1e14) return Math.round(number)
  return Math.round(number < 1e17 ? number / 1e3 : number / 1e6)
}

/** Whether nobody could have told of `at` at `arrived`, by our clock: more than five minutes after it. */
export function isAhead(at: number, arrived: number): boolean {
  return at > arrived + AHEAD
}

/** `at` as far as it can be believed of what came at `arrived`: not later than that, and not before 1990. */
export function believed(at: number, arrived: number): number {
  return isAhead(at, arrived) || at < EARLIEST ? arrived : at
}
