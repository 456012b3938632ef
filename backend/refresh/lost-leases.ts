import { randomUUID } from 'node:crypto'
import type { FailureRecord } from './silence.ts'

/** Leases lost in a row after which a key is loaded apart from those it was loaded with, and after which it is set aside. */
const APART = 2
const MOST = 3
/** Milliseconds after which the next load is tried; twice at most while others are suspected as well. */
const SOON = 10_000
const HOURS = 6

/**
 * What becomes of a key whose last loads nobody ended, so that their processes may have died of them; nothing after one,
 * which may have been any other's fault. After the second all that were loaded at the time are put off, each for another
 * while, so that the third tells which it is.
 */
export function afterLost(lost: number): FailureRecord | undefined {
  if (lost < APART) return undefined
  const [wait, retryIn] =
    lost < MOST
      ? ['some seconds', Math.round(SOON * (1 + Math.random()))]
      : [`${HOURS} hours, or until its settings change`, HOURS * 3_600_000]
  return {
    error: {
      code: 'set-aside',
      message: `The server ended ${lost} times while it loaded this widget, which is set aside for ${wait}.`,
      reference: randomUUID().slice(0, 8),
    },
    retryIn,
  }
}
