import type { Json } from '../define.ts'
import type { Picked } from './evaluate.ts'

/** A field of an object, or a place in a list. */
type Step = string | number

const field = String.raw`[A-Za-z_]\w*(?:\[\d{1,6}\])?`
const plain = new RegExp(String.raw`^(?:\$|(?:\$\.)?${field}(?:\.${field})*)$`)
/** Words the evaluator reads as something else than fields. */
const reserved = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function'])

/** The steps of an expression that is only a path, such as `jobs[0].name`; nothing of any other. */
export function pathOf(expression: string): readonly Step[] | undefined {
  if (!plain.test(expression)) return undefined
  const steps = [...expression.matchAll(/([A-Za-z_]\w*)|\[(\d+)\]/g)].map(
    ([, name, place]) => name ?? Number(place),
  )
  return steps.some((step) => typeof step === 'string' && reserved.has(step)) ? undefined : steps
}

/**
 * What a path picks of a value, as the evaluator would; nothing where that does more than go from field to field, as with
 * a field of a list.
 */
export function follow(path: readonly Step[], value: Json): Picked | undefined {
  let at: Json | undefined = value
  for (const step of path) {
    if (typeof step === 'string') {
      if (isList(at)) return undefined
      at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
    } else {
      if (at === undefined) break
      if (!isList(at)) return undefined
      at = at[step]
      if (isList(at)) return undefined
    }
  }
  return { value: at, many: isList(at) }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is { readonly [field: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
