import { type DataOf, type Json, LoadFailure } from '../define.ts'
import { isLarge } from './parse-json.ts'
import type { json } from './widget.ts'

type Data = DataOf<typeof json>
type Cell = string | number | boolean | null

const maxItems = 100
const maxColumns = 12
const maxText = 2000
const maxCell = 300

/**
 * A picked value as what a view shows. `many`: it is what there is of a sequence, none, one or several, and so a list or
 * table whatever their number. What is null, or none of a sequence, is empty; a number or text that is not there at all
 * is a failure, for the answer has changed or the expression is wrong.
 */
export function shape(given: Json | undefined, as: Data['as'] | null, many: boolean): Data {
  const value = many && (as === null || as === 'list' || as === 'table') ? itemsOf(given) : given
  switch (as ?? suited(value)) {
    case 'number':
      return { as: 'number', value: isNone(value, many) ? null : numberOf(value) }
    case 'text':
      return { as: 'text', value: isNone(value, many) ? null : textOf(present(value), maxText) }
    case 'list': {
      const items = itemsOf(value)
      const shown = items.slice(0, maxItems).map((item) => textOf(item, maxCell))
      return { as: 'list', items: shown, more: items.length - shown.length }
    }
    case 'table':
      return tableOf(value)
  }
}

function suited(value: Json | undefined): Data['as'] {
  if (typeof value === 'number') return 'number'
  if (!isList(value)) return isObject(value) ? 'table' : 'text'
  return value.length > 0 && value.every((item) => isObject(item) || isList(item)) ? 'table' : 'list'
}

function isNone(value: Json | undefined, many: boolean): boolean {
  return value === null || (many && (value === undefined || (isList(value) && value.length === 0)))
}

function present(value: Json | undefined): Json {
  if (value !== undefined) return value
  throw new LoadFailure('upstream', 'There is nothing in the answer where this widget looks.')
}

/** A number, or the digits of one that JavaScript would round. */
function numberOf(given: Json | undefined): number | string {
  const value = present(given)
  const text = typeof value === 'string' ? value.trim() : ''
  if (isLarge(text)) return text
  const number = text === '' ? value : Number(text)
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new LoadFailure('upstream', 'What the answer has where this widget looks is not a number.')
}

function tableOf(value: Json | undefined): Data {
  // A single object reads best as a table of its fields.
  const items = isObject(value)
    ? Object.entries(value).map(([name, field]) => ({ name, value: field }))
    : itemsOf(value)
  const shown = items.slice(0, maxItems)
  const names = new Set(shown.flatMap((item) => Object.keys(fieldsOf(item))))
  const columns = [...names].slice(0, maxColumns)
  const rows = shown.map((item) => {
    const fields = new Map(Object.entries(fieldsOf(item)))
    return columns.map((column) => cellOf(fields.get(column)))
  })
  return {
    as: 'table',
    columns: columns.map((column) => textOf(column, maxCell)),
    rows,
    more: items.length - shown.length,
  }
}

function fieldsOf(item: Json): { readonly [field: string]: Json } {
  if (isObject(item)) return item
  if (isList(item)) return Object.fromEntries(item.map((value, place) => [`${place + 1}`, value]))
  return { value: item }
}

function itemsOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

function cellOf(value: Json | undefined): Cell {
  if (value === undefined || value === null) return null
  return typeof value === 'number' || typeof value === 'boolean' ? value : textOf(value, maxCell)
}

function textOf(value: Json, longest: number): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is { readonly [field: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value)
}
