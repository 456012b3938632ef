import type { Actor } from '../../access/actor.ts'
import type { ApiTokens } from '../../hubs/tokens.ts'
import { ProblemError } from './problem.ts'

/** Who asks, by an Authorization header. Rejects with ProblemError 401 without a token that is valid. */
export type Authenticate = (header: string | undefined) => Promise<Actor>

export function authenticator(tokens: Pick<ApiTokens, 'verify'>): Authenticate {
  return async (header) => {
    const token = /^Bearer +([^\s]{8,200})$/i.exec(header ?? '')?.[1]
    const actor = token === undefined ? undefined : await tokens.verify(token)
    if (actor) return actor
    throw new ProblemError(401, 'Send a token of this installation: Authorization: Bearer hubs_….', {
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
}
