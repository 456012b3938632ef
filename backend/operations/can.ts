import type { Actor, Scope } from './actor.ts'

/** What an operation takes of whoever asks for it; `anyone` takes nothing. */
export type Right = Scope | 'anyone'

/** The one place that decides who may do what. */
export function can(actor: Actor, right: Right): boolean {
  return right === 'anyone' || actor.scopes.has(right)
}
