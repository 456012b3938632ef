import type { Logger } from 'pino'
import { anonymous } from '../../access/actor.ts'
import type { RequestRecord } from './answers.ts'
import type { Authenticate } from './authenticate.ts'
import type { HttpExchange } from './http-exchange.ts'
import type { Identify } from './identify.ts'
import { type OpenBody, parseJson } from './request-body.ts'
import type { Answer, Call, Route } from './route.ts'

/** Asks who calls, whether they may, and then the route. @throws ProblemError, and what the route throws */
export type CallRoute = (
  found: { readonly route: Route; readonly params: Call['params'] },
  exchange: HttpExchange,
  record: RequestRecord,
  authenticate: Authenticate,
) => Promise<Answer>

export function routeCalls(options: { openBody: OpenBody; identify: Identify; log: Logger }): CallRoute {
  const { openBody, identify, log } = options

  return async ({ route, params }, exchange, record, authenticate) => {
    const { request, response, url, client } = exchange
    const body = openBody(request, response, client)
    try {
      const actor = await identify(route.right, exchange, authenticate)
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
