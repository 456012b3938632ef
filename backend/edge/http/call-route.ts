import type { Logger } from 'pino'
import { type Actor, anonymous } from '../../operations/actor.ts'
import { can, type Right } from '../../operations/can.ts'
import type { RequestRecord } from './answers.ts'
import type { Authenticate } from './authenticate.ts'
import type { Client } from './client-address.ts'
import type { HttpExchange } from './http-exchange.ts'
import { ProblemError } from './problem.ts'
import { type OpenBody, parseJson } from './request-body.ts'
import type { Answer, Call, Route } from './route.ts'
import type { TokenGuesses } from './token-guesses.ts'

/** Asks who calls, whether they may, and then the route. @throws ProblemError, and what the route throws */
export type CallRoute = (
  found: { readonly route: Route; readonly params: Call['params'] },
  exchange: HttpExchange,
  record: RequestRecord,
  authenticate: Authenticate,
) => Promise<Answer>

export function routeCalls(options: { openBody: OpenBody; guesses: TokenGuesses; log: Logger }): CallRoute {
  const { openBody, guesses, log } = options

  /** Whoever asks for what anyone may is not asked who that is. @throws ProblemError 401, 403, 429 */
  async function actorFor(
    right: Right,
    client: Client,
    header: string | undefined,
    authenticate: Authenticate,
  ): Promise<Actor> {
    if (right === 'anyone') return anonymous
    const actor = await guesses.watch(client, header, () => authenticate(header))
    if (can(actor, right)) return actor
    throw new ProblemError(403, `This token lacks the scope ${right}.`, { token: actor.token })
  }

  return async ({ route, params }, { request, response, url, client }, record, authenticate) => {
    const body = openBody(request, response, client)
    try {
      const actor = await actorFor(route.right, client, request.headers.authorization, authenticate)
      if (actor !== anonymous) {
        record.token = actor.token
        body.prove()
      }
      const answer = await route.handle({
        method: request.method ?? 'GET',
        url,
        params,
        headers: request.headers,
        client,
        actor,
        body: body.read,
        json: async (limit) => parseJson(await body.read(limit)),
      })
      // Who changed what, for whoever has to find out later.
      if (route.method === 'PUT' || route.method === 'DELETE') {
        const { token } = record
        const { method } = route
        log.info(
          { method, path: url.pathname, status: answer.status, client: client.address, token },
          'changed',
        )
      }
      return answer
    } finally {
      body.release()
    }
  }
}
