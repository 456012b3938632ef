import { scopeFor } from '../../access/can.ts'
import { isRefusal, type Refusal } from '../../base/refusal.ts'
import type { Done, Operation } from '../../operations/operation.ts'
import { aboutOperation } from './about-operation.ts'
import type { BodyReader } from './body-reader.ts'
import { etagOf } from './condition.ts'
import { readInput } from './operation-input.ts'
import { refuseOtherSites } from './own-origin.ts'
import { problemOf } from './problem.ts'
import type { Answer, Call, Route } from './route.ts'

/** The one way from an operation to HTTP: reads its input, runs it, and says how it ended. */
export function operationRoute(operation: Operation, reader?: BodyReader): Route {
  const { method, path, right, shared } = operation
  const status = Number(Object.keys(operation.answers)[0])
  // It needs no token, so a page of another site could have its reader's browser send it.
  const fromOwnPages = method !== 'GET' && scopeFor(right) === undefined
  return {
    ...{ method, path, right },
    ...(shared ? { shared } : {}),
    about: aboutOperation(operation, reader),
    async handle(call) {
      if (fromOwnPages) refuseOtherSites(call.headers)
      const input = await readInput(operation, call, reader)
      const ended = await operation.run(call.actor, input, call.client)
      return answerOf(ended, status, call)
    },
  }
}

/** `status` is that of an end that made nothing new. @throws ProblemError for a refusal */
export function answerOf(
  ended: Done<object | undefined> | Refusal,
  status: number,
  call: Pick<Call, 'headers'>,
): Answer {
  if (isRefusal(ended)) throw problemOf(ended)
  const { created, revision, paused, immutable } = ended
  const headers = {
    ...(revision === undefined ? {} : { etag: etagOf(revision) }),
    ...(created === undefined ? {} : { location: created }),
    ...(paused ? { 'hubs-paused': 'true' } : {}),
    ...(immutable ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
  }
  if (status === 202 && wantsNoBody(call)) {
    return { status, headers: { ...headers, 'preference-applied': 'return=minimal' } }
  }
  const body = 'text' in ended ? ended.text : ended.output
  return {
    status: created === undefined ? status : 201,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(body === undefined ? {} : { body }),
  }
}

/** `return=minimal` of RFC 7240; `reply` is Knative's, which takes any body for an event and fails on what is none. */
function wantsNoBody({ headers }: Pick<Call, 'headers'>): boolean {
  const { prefer } = headers
  const asked = (Array.isArray(prefer) ? prefer.join() : (prefer ?? '')).split(/[,;]/)
  return asked.some((one) => /^\s*(?:return\s*=\s*"?minimal"?|reply)\s*$/i.test(one))
}
