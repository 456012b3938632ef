import type { Standing } from './source-health.ts'

export interface LoadLimits {
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

/** Loads at a time in this process; nearly all of a quick refresh is waiting for the cache, so of keys there are more. */
export const LIMITS: LoadLimits = {
  all: 96,
  type: 32,
  source: { answers: 8, unheard: 2, silent: 1 },
  unheard: 8,
  silent: 4,
  keys: { all: 2_048, type: 1_024 },
}
