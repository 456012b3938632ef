import type { Problem } from '#contract/problem.ts'
import type { Refusal, RefusalCode } from '../../base/refusal.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  410: 'Gone',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Not for this server',
  422: 'Refused',
  429: 'Too many requests',
  500: 'Our mistake',
  503: 'Away for a moment',
}

/** Why something is refused, in a word or two, where nothing says it closer: what counts of refusals go by. */
const reasons: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'no token',
  403: 'not allowed',
  404: 'not found',
  405: 'method',
  408: 'slow body',
  409: 'conflict',
  412: 'changed meanwhile',
  413: 'too large',
  415: 'media type',
  421: 'host',
  422: 'document',
  429: 'too many',
  500: 'bug',
}

/** A refusal that is sent as it is: `detail` is a plain sentence, `errors` names each bad field. */
export class ProblemError extends Error {
  readonly code = 'problem'
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** For counts and logs: of few values, and nothing of what was sent. */
  readonly reason: string
  /** Id of the token it came with, where that is known only here. */
  readonly token: string | undefined

  constructor(
    status: number,
    detail: string,
    options: {
      errors?: Problem['errors']
      headers?: Readonly<Record<string, string>>
      reason?: string
      token?: string
    } = {},
  ) {
    super(detail)
    this.name = 'ProblemError'
    this.headers = options.headers ?? {}
    this.token = options.token
    this.reason = options.reason ?? reasons[status] ?? 'refused'
    this.problem = {
      type: 'about:blank',
      title: titles[status] ?? 'Refused',
      status,
      detail,
      ...(options.errors && options.errors.length > 0 ? { errors: options.errors.slice(0, 100) } : {}),
    }
  }
}

const statuses: Readonly<Record<RefusalCode, number>> = {
  malformed: 400,
  unproven: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  changed: 412,
  'too-large': 413,
  'media-type': 415,
  invalid: 422,
  limited: 429,
  full: 503,
}

/** A refusal as HTTP says it. */
export function problemOf({ refused, detail, errors, retryAfter }: Refusal): ProblemError {
  return new ProblemError(statuses[refused], detail, {
    ...(errors ? { errors } : {}),
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  })
}
