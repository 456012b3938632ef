import type { RawRoute, Route } from './route.ts'

type AnyRoute = Route | RawRoute

export type Found =
  | { readonly kind: 'route'; readonly route: AnyRoute; readonly params: Readonly<Record<string, string>> }
  /** `get` answers GET there. */
  | { readonly kind: 'method'; readonly allow: string; readonly get: AnyRoute | undefined }
  | { readonly kind: 'none' }

interface Node {
  readonly literals: Map<string, Node>
  parameter?: Node
  readonly methods: Map<string, { route: AnyRoute; names: readonly string[] }>
}

const node = (): Node => ({ literals: new Map(), methods: new Map() })

/** Finds the route of a path; literal segments win over `:names`. HEAD is answered by GET. */
export function router(routes: readonly AnyRoute[]): (method: string, path: string) => Found {
  const root = node()
  for (const route of routes) {
    const names: string[] = []
    let at = root
    for (const segment of route.path.split('/').slice(1)) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        at.parameter ??= node()
        at = at.parameter
      } else {
        let next = at.literals.get(segment)
        if (!next) {
          next = node()
          at.literals.set(segment, next)
        }
        at = next
      }
    }
    at.methods.set(route.method, { route, names })
  }

  return (method, path) => {
    const segments = path.split('/').slice(1)
    const values: string[] = []
    const descend = (at: Node, depth: number): Node | undefined => {
      const segment = segments[depth]
      if (segment === undefined) return at.methods.size > 0 ? at : undefined
      const literal = at.literals.get(segment)
      const found = literal && descend(literal, depth + 1)
      if (found) return found
      if (!at.parameter || segment === '') return undefined
      const value = decode(segment)
      if (value === undefined) return undefined
      values.push(value)
      const below = descend(at.parameter, depth + 1)
      if (!below) values.pop()
      return below
    }
    const end = descend(root, 0)
    if (!end) return { kind: 'none' }
    const entry = end.methods.get(method === 'HEAD' ? 'GET' : method)
    if (!entry) {
      const get = end.methods.get('GET')?.route
      return { kind: 'method', allow: [...end.methods.keys()].join(', '), get }
    }
    const params: Record<string, string> = {}
    entry.names.forEach((name, index) => {
      params[name] = values[index] ?? ''
    })
    return { kind: 'route', route: entry.route, params }
  }
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
