import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import { ProblemError } from './problem.ts'

/** Codes of the errors of stores that do not serve; their messages say why. */
const AWAY = new Set(['cache-away', 'bus-away', 'bus-full', 'database-away'])

/** How a request is refused that failed with `error`. One that nobody foresaw is logged, with all that is known of it. */
export function toProblem(error: unknown, request: IncomingMessage, log: Logger): ProblemError {
  if (error instanceof ProblemError) return error
  const code = (error as { code?: unknown } | undefined)?.code
  if (error instanceof Error && typeof code === 'string' && AWAY.has(code)) {
    const detail = `${error.message} Try again in a few seconds.`
    return new ProblemError(503, detail, {
      headers: { 'retry-after': '2' },
      reason: code.replace('-', ' '),
    })
  }
  const reference = randomUUID().slice(0, 8)
  log.error(
    { err: error, reference, method: request.method, path: request.url?.split('?')[0] },
    'request failed',
  )
  return new ProblemError(500, `Something went wrong on our side. The log has it under ${reference}.`)
}
