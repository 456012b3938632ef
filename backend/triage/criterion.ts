import type { HubEvent } from '../ingest/event.ts'

type Value = string | number | boolean
/** Equality on one field of an event, named as `Interest.where` names it. */
export type Criterion = readonly [field: string, value: Value]
type Read = (event: HubEvent) => unknown

const readers = new Map<string, Read>()
const READERS = 10_000

/** The field of a dotted path: an attribute, an extension attribute, or what is inside `data`. Own fields only. */
export function fieldReader(field: string): Read {
  let read = readers.get(field)
  if (!read) {
    read = compile(field)
    if (readers.size < READERS) readers.set(field, read)
  }
  return read
}

function compile(field: string): Read {
  const [first = '', ...path] = field.split('.')
  if (first === 'data') {
    return (event) => {
      let at: unknown = event.data
      for (const name of path) {
        if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
        at = (at as Record<string, unknown>)[name]
      }
      return at
    }
  }
  if (path.length > 0) return () => undefined
  switch (first) {
    case 'id':
    case 'source':
    case 'type':
    case 'topic':
    case 'subject':
    case 'datacontenttype':
    case 'dataschema':
      return (event) => event[first]
    default:
      return ({ extensions }) => (Object.hasOwn(extensions, first) ? extensions[first] : undefined)
  }
}

/** Whether an event meets all criteria. */
export function compileCriteria(criteria: readonly Criterion[]): ((event: HubEvent) => boolean) | undefined {
  let all: ((event: HubEvent) => boolean) | undefined
  for (const [field, value] of criteria) {
    const read = fieldReader(field)
    const before = all
    all = before ? (event) => read(event) === value && before(event) : (event) => read(event) === value
  }
  return all
}
