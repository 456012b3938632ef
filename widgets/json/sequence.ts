import type jsonata from 'jsonata'

/** What JSONata's typings leave out of its nodes. */
export interface Node extends Omit<jsonata.ExprNode, 'type'> {
  readonly type: string
  readonly predicate?: readonly { readonly expr: Node }[]
  readonly group?: unknown
  readonly condition?: Node
  readonly then?: Node
  readonly else?: Node
}

/** Functions that give a list of the members of one; one member alone they give back as it is. */
const listing = new Set(['append', 'distinct', 'filter', 'map', 'reverse', 'shuffle', 'sort', 'spread'])

/**
 * Tells whether the value of an expression is one of many. JSONata gives the one match of `jobs[status="failed"]` as it
 * is, and nothing for none, so the value does not tell it. The evaluation does: on the way to the value there was a list.
 * `begin` before each evaluation, `isSequence` after it.
 */
export function watchSequences(expression: jsonata.Expression): { begin(): void; isSequence(): boolean } {
  const root = expression.ast() as Node
  const way = wayOf(root)
  const filters = new Map(way.flatMap((node) => filtersOf(node).map((filter) => [filter, node] as const)))
  const ordinary = new Set(way)
  let lists = new Set<Node>()
  let indexed = new Set<Node>()
  const left = (node: Node, _input: unknown, _environment: unknown, value: unknown) => {
    if (ordinary.has(node) && Array.isArray(value)) lists.add(node)
    const filtered = filters.get(node)
    if (filtered && typeof value === 'number') indexed.add(filtered)
  }
  // The evaluator calls what it finds under this symbol each time it has evaluated a node.
  expression.assign(Symbol.for('jsonata.__evaluate_exit') as unknown as string, left)
  return {
    begin() {
      lists = new Set()
      indexed = new Set(way.filter((node) => filtersOf(node).some(({ type }) => type === 'number')))
    },
    isSequence() {
      // A place in what was sorted takes one of all that came before it.
      const from = way.findLastIndex((node) => node.type === 'sort' && indexed.has(node))
      return way.slice(from + 1).some((node) => lists.has(node) && !indexed.has(node))
    },
  }
}

/** The nodes whose values the value of `node` is made of, one after another. */
function wayOf(node: Node | undefined): readonly Node[] {
  if (node === undefined || node.group !== undefined) return []
  const through = (inner: readonly (Node | undefined)[]) => inner.flatMap(wayOf)
  // A place in the whole takes one of it, whatever the whole was made of.
  if (node.predicate?.some(({ expr }) => expr.type === 'number')) return []
  switch (node.type) {
    case 'path':
      return through((node.steps ?? []) as Node[])
    case 'block':
      return [node, ...through([node.expressions?.at(-1) as Node | undefined])]
    case 'condition':
      return [node, ...through([node.then, node.else])]
    case 'bind':
      return through([node.rhs as Node | undefined])
    case 'function':
      return [node, ...(isListing(node) ? through([node.arguments?.[0] as Node | undefined]) : [])]
    case 'apply':
      return [node, ...(isListing(node.rhs as Node) ? through([node.lhs as Node]) : [])]
    default:
      return [node]
  }
}

function isListing({ type, procedure }: Node): boolean {
  return type === 'function' && listing.has(procedure?.value)
}

function filtersOf(node: Node): readonly Node[] {
  const stages = (node.stages ?? []) as unknown as readonly { readonly type: string; readonly expr?: Node }[]
  return [...stages, ...(node.predicate ?? [])].flatMap(({ expr }) => (expr ? [expr] : []))
}
