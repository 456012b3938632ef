import type { FieldError } from '#contract/problem.ts'

/** Why something is not done, in one word that programs may go by; the door that was asked by says it in its own way. */
export type RefusalCode =
  /** What was sent cannot be read. */
  | 'malformed'
  /** Nothing proves whose it is. */
  | 'unproven'
  /** Who asks may not do so. */
  | 'forbidden'
  | 'missing'
  /** It contradicts what is there. */
  | 'conflict'
  /** What is there is not what the asker took it for. */
  | 'changed'
  | 'too-large'
  /** It is in a form that is not understood. */
  | 'media-type'
  /** It was read, and is not what it has to be. */
  | 'invalid'
  /** This asker has asked too often for now. */
  | 'limited'
  /** All askers together have. */
  | 'full'

/** An answer that says no. Outputs of operations have no field `refused`. */
export interface Refusal {
  readonly refused: RefusalCode
  /** A plain sentence that says what to do. */
  readonly detail: string
  /** Each bad field. */
  readonly errors?: readonly FieldError[]
  /** Seconds after which it may be asked for again. */
  readonly retryAfter?: number
}

export function refusal(
  refused: RefusalCode,
  detail: string,
  more: Pick<Refusal, 'errors' | 'retryAfter'> = {},
): Refusal {
  return { refused, detail, ...more }
}

export const isRefusal = (given: object): given is Refusal => 'refused' in given
