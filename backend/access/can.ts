import { type Actor, anonymous, type Scope } from './actor.ts'

/**
 * What an operation takes of whoever asks: `view` and `act` are had by everybody who reaches this installation, whose
 * hubs are all public; `anyone` is for what has nothing to do with hubs.
 */
export type Right = 'anyone' | 'view' | 'act' | 'edit' | 'publish' | 'administer'

/** The scope that a token needs for a right; none where nobody needs a token. */
const scopeOf: Readonly<Record<Right, Scope | undefined>> = {
  anyone: undefined,
  view: undefined,
  act: undefined,
  edit: 'hubs:write',
  publish: 'publish',
  administer: 'administer',
}

/** The one place that decides who may do what. */
export function can(actor: Actor, right: Right): boolean {
  const scope = scopeOf[right]
  return scope === undefined || actor.scopes.has(scope)
}

/** The scope of the tokens that have a right; nothing where everybody has it. */
export const scopeFor = (right: Right): Scope | undefined =>
  can(anonymous, right) ? undefined : scopeOf[right]
