import jsonata from 'jsonata'
import { pathOf } from './path.ts'

/** Of how many expressions it is remembered whether they compile. */
const REMEMBERED = 2_000

const known = new Map<string, boolean>()

/** Whether this is an expression. Asked again at each start for every card there is, so what compiles is told at once if it can be. */
export function compiles(expression: string): boolean {
  if (pathOf(expression)) return true
  const before = known.get(expression)
  if (before !== undefined) return before
  const [oldest] = known.keys()
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest)
  const does = compiled(expression)
  known.set(expression, does)
  return does
}

function compiled(expression: string): boolean {
  try {
    jsonata(expression)
    return true
  } catch {
    return false
  }
}
