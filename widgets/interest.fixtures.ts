import type { Interest } from './define.ts'

/** An event as far as interests look at it: the envelope's fields, `topic`, and `data`. */
interface Happened {
  readonly topic: string
  readonly source?: string
  readonly type?: string
  readonly subject?: string
  readonly data?: unknown
}

/** What an interest means, spelled out for tests, with none of the index's cleverness. */
export function matches(interests: readonly Interest[], event: Happened): boolean {
  return interests.some(
    ({ topic, where = {} }) =>
      covers(topic.split('.'), event.topic.split('.')) &&
      Object.entries(where).every(([path, value]) => at(event, path) === value),
  )
}

function covers(pattern: readonly string[], topic: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === '>') return rest.length === 0 && topic.length > 0
  if (first === undefined || topic[0] === undefined) return first === topic[0]
  return (first === '*' || first === topic[0]) && covers(rest, topic.slice(1))
}

function at(event: Happened, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, field) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, field)
          ? Reflect.get(value, field)
          : undefined,
      event,
    )
}
