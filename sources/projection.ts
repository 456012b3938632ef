import type { Json } from '#widgets/define.ts'

/** `line`: first line of a text. `text`: a text. Both are cut. Absent stays absent, null stays null. */
export type Shape = 'line' | 'text' | 'number' | 'flag' | readonly [Shape] | Fields
export interface Fields {
  readonly [field: string]: Shape
}

export type Projected<S> = S extends 'line' | 'text'
  ? string | null
  : S extends 'number'
    ? number | null
    : S extends 'flag'
      ? boolean | null
      : S extends readonly [infer Item]
        ? readonly Projected<Item>[]
        : { readonly [Field in keyof S]?: Projected<S[Field]> }

/** Characters of a `line` and of a `text`, items of a list. */
export interface Room {
  readonly line: number
  readonly text: number
  readonly list: number
}

export type Fielded = Readonly<Record<string, unknown>>

/** Those fields of `value` that are as `fields` says, cut to `room`; the rest is left out. */
export function project(value: Fielded, fields: Fields, room: Room): { [field: string]: Json } {
  const kept: { [field: string]: Json } = {}
  for (const [field, shape] of Object.entries(fields)) {
    if (!Object.hasOwn(value, field)) continue
    const found = one(value[field], shape, room)
    if (found !== undefined) kept[field] = found
  }
  return kept
}

function one(value: unknown, shape: Shape, room: Room): Json | undefined {
  if (value === null) return null
  switch (shape) {
    case 'line':
      return typeof value === 'string' ? cut(value.split(/[\r\n]/, 1)[0] ?? '', room.line) : undefined
    case 'text':
      return typeof value === 'string' ? cut(value, room.text) : undefined
    case 'number':
      return typeof value === 'number' ? value : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return undefined
    const items = value.slice(0, room.list).map((item) => one(item, shape[0], room))
    return items.filter((item) => item !== undefined && item !== null)
  }
  return isFielded(value) ? project(value, shape, room) : undefined
}

export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

export function isFielded(value: unknown): value is Fielded {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(shape: readonly [Shape] | Fields): shape is readonly [Shape] {
  return Array.isArray(shape)
}
