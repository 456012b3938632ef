import type { Grant } from '../hubs/grant.ts'
import type { TokensRoom } from '../hubs/tokens.ts'
import { ProblemError } from './problem.ts'
import type { Scope } from './route.ts'

/** Lets the bearer of a token with the scope pass. @throws ProblemError 401 without a valid token, 403 without the scope. */
export function authorizer(
  tokens: Pick<TokensRoom, 'verify'>,
): (header: string | undefined, scope: Scope) => Promise<Grant> {
  return async (header, scope) => {
    const token = /^Bearer +([^\s]{8,200})$/i.exec(header ?? '')?.[1]
    const grant = token === undefined ? undefined : await tokens.verify(token)
    if (!grant) {
      throw new ProblemError(401, 'Send a token of this installation: Authorization: Bearer hubs_….', {
        headers: { 'www-authenticate': 'Bearer' },
      })
    }
    if (!grant.scopes.has(scope))
      throw new ProblemError(403, `This token lacks the scope ${scope}.`, { token: grant.token })
    return grant
  }
}
