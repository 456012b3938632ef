import { ZodError, type z } from 'zod'
import type { FieldError } from '#contract/problem.ts'

/** Where in a document, as a JSON pointer (RFC 6901; empty is the whole). */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

type Issue = z.core.$ZodIssue

/** What zod found, a field a line; `path` is where the parsed value stands in its document. */
export function fieldErrors(issues: readonly Issue[], path: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue) => {
    const at = [...path, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: pointer([...at, key]), message: 'is not a field here' }))
    }
    return [{ field: pointer(at), message: issue.message }]
  })
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** Zod's own messages in plain words; a schema's own message comes before these. Pass it as `error` when parsing. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is required' : `must be ${words[issue.expected] ?? issue.expected}`
  }
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unit(issue.origin)}`
  if (issue.code === 'too_small') {
    return issue.origin === 'string' && issue.minimum === 1
      ? 'must not be empty'
      : `must be at least ${issue.minimum}${unit(issue.origin)}`
  }
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
  return undefined
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters long'
  return origin === 'array' ? ' entries long' : ''
}

/** What a reader is told of a widget whose config its type no longer takes. */
export function configRefusal(title: string, error: unknown): string {
  const [first] = error instanceof ZodError ? fieldErrors(error.issues) : []
  const reason = first ? `: ${first.field || 'it'} ${first.message}` : ''
  return `The settings of this widget are not what “${title}” takes${reason}. Edit the widget to mend them.`
}
