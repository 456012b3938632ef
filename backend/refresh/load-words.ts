import { ZodError } from 'zod'
import { LoadFailure } from '#widgets/define.ts'
import { type LoadError, RESULT_LIMIT } from '../cache/cache.ts'
import type { Heard } from './load-lifetime.ts'

/** `silent`: whom the load waited for in vain, if anybody. */
export class Timeout extends Error {
  readonly heard: Heard
  constructor(ms: number, silent: string | undefined, heard: Heard) {
    super(
      `${silent === undefined ? 'It could not be loaded' : `${silent} did not answer`} in ${ms / 1_000} s.`,
    )
    this.heard = heard
  }
}

export class TooLarge extends Error {
  constructor(bytes: number) {
    super(`The result has ${bytes} bytes; at most ${RESULT_LIMIT} can be kept.`)
  }
}

/** Words a reader can use. A throw of the loader's own is not shown: its message was written for a log. */
export function inWords(error: unknown): { code: LoadError['code']; message: string } {
  if (error instanceof LoadFailure) return { code: error.code, message: error.message }
  if (error instanceof Timeout) return { code: 'timeout', message: error.message }
  if (error instanceof TooLarge) return { code: 'too-large', message: error.message }
  if (error instanceof ZodError) {
    return { code: 'invalid', message: 'The loader returned data this widget type does not accept.' }
  }
  return { code: 'threw', message: 'The loader of this widget failed.' }
}
