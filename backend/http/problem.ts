import type { Problem } from '../wire.ts'

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

/** A refusal that is sent as it is: `detail` is a plain sentence, `errors` names each bad field. */
export class ProblemError extends Error {
  readonly code = 'problem'
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    detail: string,
    options: { errors?: Problem['errors']; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail)
    this.name = 'ProblemError'
    this.headers = options.headers ?? {}
    this.problem = {
      type: 'about:blank',
      title: titles[status] ?? 'Refused',
      status,
      detail,
      ...(options.errors && options.errors.length > 0 ? { errors: options.errors.slice(0, 100) } : {}),
    }
  }
}
