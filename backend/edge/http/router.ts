import type { RawRoute, Route } from './route.ts'

type AnyRoute = Route | RawRoute

export type Found =
  | { readonly kind: 'route'; readonly route: AnyRoute; readonly params: Readonly<Record<string, string>> }
  /** `get` answers GET there. */
  | { readonly kind: 'method'; readonly allow: string; readonly get: AnyRoute | undefined }
  | { readonly kind: 'none' }

interface Branch {
  readonly literals: Map<string, Branch>
  parameter?: Branch
  readonly methods: Methods
  /** What answers every path below. */
  readonly rest: Methods
}
type Methods = Map<string, { readonly route: AnyRoute; readonly names: readonly string[] }>

const branch = (): Branch => ({ literals: new Map(), methods: new Map(), rest: new Map() })

/**
 * Finds the route of a path. Literal segments win over `:names`, and both over a `*` at the end, which is any path below.
 * HEAD is answered by GET; the method `*` answers those that no other route of the path does.
 */
export function router(routes: readonly AnyRoute[]): (method: string, path: string) => Found {
  const root = branch()
  for (const route of routes) add(root, route)

  return (method, path) => {
    const segments = path.split('/').slice(1)
    const values: string[] = []
    function descend(at: Branch, depth: number): Methods | undefined {
      const segment = segments[depth]
      if (segment === undefined) return at.methods.size > 0 ? at.methods : undefined
      const literal = at.literals.get(segment)
      const found = (literal && descend(literal, depth + 1)) ?? descendByName(at, segment, depth)
      return found ?? (at.rest.size > 0 ? at.rest : undefined)
    }
    function descendByName(at: Branch, segment: string, depth: number): Methods | undefined {
      const value = at.parameter && segment !== '' ? decode(segment) : undefined
      if (!at.parameter || value === undefined) return undefined
      values.push(value)
      const below = descend(at.parameter, depth + 1)
      if (!below) values.pop()
      return below
    }
    const methods = descend(root, 0)
    if (!methods) return { kind: 'none' }
    const entry = methods.get(method === 'HEAD' ? 'GET' : method) ?? methods.get('*')
    if (!entry) {
      return { kind: 'method', allow: [...methods.keys()].join(', '), get: methods.get('GET')?.route }
    }
    const params = Object.fromEntries(entry.names.map((name, index) => [name, values[index] ?? '']))
    return { kind: 'route', route: entry.route, params }
  }
}

function add(root: Branch, route: AnyRoute): void {
  const names: string[] = []
  let at = root
  const segments = route.path.split('/').slice(1)
  for (const segment of segments) {
    if (segment === '*') return void at.rest.set(route.method, { route, names })
    if (segment.startsWith(':')) {
      names.push(segment.slice(1))
      at.parameter ??= branch()
      at = at.parameter
    } else {
      const next = at.literals.get(segment) ?? branch()
      at.literals.set(segment, next)
      at = next
    }
  }
  at.methods.set(route.method, { route, names })
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
