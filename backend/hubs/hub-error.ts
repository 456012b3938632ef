import type { FieldError } from '#contract/problem.ts'

/**
 * Why a hub was not written or found, as a plain sentence. `hub-refused`: the document or slug, with `errors`;
 * `hub-missing`; `hub-changed`: not the revision that was expected; `widget-taken`: an id belongs to another hub.
 */
export class HubError extends Error {
  readonly code: 'hub-refused' | 'hub-missing' | 'hub-changed' | 'widget-taken'
  readonly errors: readonly FieldError[]

  constructor(code: HubError['code'], message: string, errors: readonly FieldError[] = []) {
    super(message)
    this.name = 'HubError'
    this.code = code
    this.errors = errors
  }
}
