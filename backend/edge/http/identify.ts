import { type Actor, anonymous } from '../../access/actor.ts'
import { can, type Right, scopeFor } from '../../access/can.ts'
import type { Authenticate } from './authenticate.ts'
import type { HttpExchange } from './http-exchange.ts'
import { ProblemError } from './problem.ts'
import type { ApiTokenGuesses } from './token-guesses.ts'

/** Who asks, if they have the right. @throws ProblemError 401, 403, 429 */
export type Identify = (
  right: Right,
  exchange: Pick<HttpExchange, 'request' | 'client'>,
  authenticate: Authenticate,
) => Promise<Actor>

export function identifier(guesses: ApiTokenGuesses): Identify {
  return async (right, { request, client }, authenticate) => {
    // It needs no token, so none is looked at.
    if (can(anonymous, right)) return anonymous
    const { authorization } = request.headers
    const actor = await guesses.watch(client, authorization, () => authenticate(authorization))
    if (can(actor, right)) return actor
    throw new ProblemError(403, `This token lacks the scope ${scopeFor(right)}.`, { token: actor.token })
  }
}
