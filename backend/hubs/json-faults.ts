import type { FieldError } from '#contract/problem.ts'
import { pointer } from './field-error.ts'

const MAX_DEPTH = 32

/**
 * What makes parsed JSON unfit to be kept although it is JSON: text that databases and URLs refuse, numbers that became
 * infinite, a name that means something to JavaScript, nesting that would exhaust a stack. Empty when it is sound.
 */
export function jsonFaults(value: unknown, path: readonly PropertyKey[] = []): FieldError[] {
  const fault = (message: string): FieldError[] => [{ field: pointer(path), message }]
  if (typeof value === 'string') {
    return isSoundText(value) ? [] : fault('holds a NUL or half of a surrogate pair')
  }
  if (typeof value === 'number') return Number.isFinite(value) ? [] : fault('is too large a number')
  if (typeof value !== 'object' || value === null) return []
  if (path.length >= MAX_DEPTH) return fault(`is nested more than ${MAX_DEPTH} deep`)
  const faults: FieldError[] = []
  for (const [name, field] of Object.entries(value)) {
    if (name === '__proto__' || !isSoundText(name)) {
      faults.push({ field: pointer(path), message: 'has a field with a name that is not allowed' })
    } else {
      // One by one: more than about 100,000 arguments overflow the stack.
      for (const inner of jsonFaults(field, [...path, name])) faults.push(inner)
    }
  }
  return faults
}

/** A lone surrogate is the only one a regular expression in Unicode mode sees. */
const isSoundText = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text)
