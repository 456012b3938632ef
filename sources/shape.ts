import type { Json } from '#widgets/define.ts'

/**
 * What is kept of a tool's JSON, by the names the tool gives. `line`: first line of a text. `text`: a text. Both are cut.
 * `time`: a line that tells a time. `link`: a text that is an address. Absent stays absent, null stays null.
 */
export type Shape = 'line' | 'text' | 'time' | 'link' | 'number' | 'flag' | readonly [Shape] | ObjectShape
export interface ObjectShape {
  readonly [field: string]: Shape
}

/** As it is kept. */
export type Projected<S> = S extends 'line' | 'text' | 'time' | 'link'
  ? string | null
  : S extends 'number'
    ? number | null
    : S extends 'flag'
      ? boolean | null
      : S extends readonly [infer Item]
        ? readonly Projected<Item>[]
        : { readonly [Field in keyof S]?: Projected<S[Field]> }

/** Characters of a `line` and of a `text`, items of a list. */
export interface Bounds {
  readonly line: number
  readonly text: number
  readonly list: number
}

export type JsonObject = Readonly<Record<string, unknown>>

/** Some of the fields. */
export function only<const S extends ObjectShape, Field extends keyof S>(
  fields: S,
  ...names: readonly Field[]
): Pick<S, Field> {
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Pick<S, Field>
}

/** Those fields of `value` that are as `fields` says, cut to `bounds`; the rest is left out. */
export function project(value: JsonObject, fields: ObjectShape, bounds: Bounds): { [field: string]: Json } {
  const kept: { [field: string]: Json } = {}
  for (const [field, shape] of Object.entries(fields)) {
    if (!Object.hasOwn(value, field)) continue
    const found = one(value[field], shape, bounds)
    if (found !== undefined) kept[field] = found
  }
  return kept
}

function one(value: unknown, shape: Shape, bounds: Bounds): Json | undefined {
  if (value === null) return null
  switch (shape) {
    case 'line':
    case 'time':
      return typeof value === 'string' ? cut(value.split(/[\r\n]/, 1)[0] ?? '', bounds.line) : undefined
    case 'text':
    case 'link':
      return typeof value === 'string' ? cut(value, bounds.text) : undefined
    case 'number':
      return typeof value === 'number' ? value : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return undefined
    const items = value.slice(0, bounds.list).map((item) => one(item, shape[0], bounds))
    return items.filter((item) => item !== undefined && item !== null)
  }
  return isJsonObject(value) ? project(value, shape, bounds) : undefined
}

export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(shape: readonly [Shape] | ObjectShape): shape is readonly [Shape] {
  return Array.isArray(shape)
}
