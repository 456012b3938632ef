import type { Json } from '#widgets/define.ts'

/**
 * One text for all JSON that means the same: fields sorted by code units, no blanks, numbers as JSON.stringify writes
 * them (after RFC 8785). Fields that are `undefined` are left out, as JSON.stringify does.
 */
export function canonicalJson(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`)
  return `{${fields.join(',')}}`
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value)
