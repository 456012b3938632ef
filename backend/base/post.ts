import type { IncomingHttpHeaders } from 'node:http'
import type { FieldError } from '#contract/problem.ts'

/** A request from outside that brings events. */
export interface Post {
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  /** Milliseconds since 1970: the time of events that tell none. */
  readonly now: number
}

/** Why nothing of a post is taken in. */
export interface PostRefusal {
  readonly status: 400 | 401 | 413 | 415
  /** A plain sentence. */
  readonly detail: string
  readonly errors: readonly FieldError[]
}

export function refuse(
  status: PostRefusal['status'],
  detail: string,
  errors: readonly FieldError[] = [],
): { readonly refusal: PostRefusal } {
  return { refusal: { status, detail, errors } }
}
