import type { Actor } from '../../access/actor.ts'
import type { Right } from '../../access/can.ts'
import type { RequestRecord } from './answers.ts'
import { shareWithAll } from './cross-origin.ts'
import type { HttpExchange } from './http-exchange.ts'
import type { Pipelining } from './pipelining.ts'
import { ProblemError } from './problem.ts'
import type { RawRoute } from './route.ts'

/**
 * Hands a request and its connection to a route that answers by itself. @throws ProblemError 405, 400 when it was
 * pipelined, and what the route throws before it has written anything
 */
export async function answerRaw(
  route: RawRoute,
  exchange: HttpExchange,
  record: RequestRecord,
  pipelining: Pick<Pipelining, 'claim' | 'release'>,
  identify: (right: Right) => Promise<Actor>,
): Promise<void> {
  const { request, response } = exchange
  if (request.method !== 'GET') {
    throw new ProblemError(405, 'Only GET is answered here.', { headers: { allow: 'GET' } })
  }
  if (!pipelining.claim(request)) {
    throw new ProblemError(400, 'This takes a connection of its own: do not pipeline it.')
  }
  try {
    await route.raw({ ...exchange, actor: await identify(route.right) })
    record.stream()
  } catch (error) {
    pipelining.release(request)
    if (route.shared) shareWithAll(response)
    throw error
  }
}
