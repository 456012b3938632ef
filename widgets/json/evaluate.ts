import jsonata from 'jsonata'

/** What an expression may use up, by the evaluator's own reckoning: nested calls, values in one sequence. */
const limits = { stack: 500, sequence: 100_000 }
/** Of how many expressions the compiled form is kept; the longest take 100 KB. */
const KEPT = 100

const compiled = new Map<string, jsonata.Expression>()

/** It would have taken more than it may. */
export class TooMuch extends Error {}

/**
 * The value of a JSONata expression over `input`, `undefined` when it picks nothing. May take any time and memory, so it
 * is for the sandbox.
 * @throws TooMuch; what the evaluator throws when the expression does not fit the input.
 */
export async function evaluate(expression: string, input: unknown): Promise<unknown> {
  try {
    return await compile(expression).evaluate(input)
  } catch (error) {
    throw tooMuch(error) ? new TooMuch('', { cause: error }) : error
  }
}

function compile(expression: string): jsonata.Expression {
  const known = compiled.get(expression)
  if (known) return known
  const made = jsonata(expression, limits)
  const [oldest] = compiled.keys()
  if (compiled.size >= KEPT && oldest !== undefined) compiled.delete(oldest)
  compiled.set(expression, made)
  return made
}

/** D1011 and D1012 are of the limits above, D2014 and D2015 of what the evaluator never allows. */
function tooMuch(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: string }
  return error instanceof RangeError || ['D1011', 'D1012', 'D2014', 'D2015'].includes(code ?? '')
}
