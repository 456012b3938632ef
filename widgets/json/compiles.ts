import jsonata from 'jsonata'
import { pathOf } from './path.ts'

/** Of how many expressions it is remembered whether they compile, those that differ in numbers alone taken for one. */
const REMEMBERED = 2_000
/** Whole numbers that stand by themselves and that the evaluator can hold. */
const number = /(?<![\w$.]|[eE][-+])(?:0|[1-9]\d{0,14})(?![\w.])/g

const known = new Map<string, boolean>()

/** Whether this is an expression. Asked again at each start for every card there is, so what compiles is told at once if it can be. */
export function compiles(expression: string): boolean {
  if (pathOf(expression)) return true
  const shape = shapeOf(expression)
  const before = known.get(shape)
  if (before !== undefined) return before
  const [oldest] = known.keys()
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest)
  const does = compiled(expression)
  known.set(shape, does)
  return does
}

/** What else has it compiles if this does. In a pattern a number counts: `/a{2,1}/` is none. */
function shapeOf(expression: string): string {
  return expression.includes('/') ? expression : expression.replace(number, '0')
}

function compiled(expression: string): boolean {
  try {
    jsonata(expression)
    return true
  } catch {
    return false
  }
}
