import jsonata from 'jsonata'
import type { Json } from '../define.ts'
import { isLarge, type Large, parseJson } from './parse-json.ts'
import { type Node, watchSequences } from './sequence.ts'

/** What an expression may use up, by the evaluator's own reckoning: nested calls, values in one sequence. */
const limits = { stack: 500, sequence: 100_000 }
/** Of how many expressions the compiled form is kept; the longest take 100 KB. */
const KEPT = 100

interface Compiled {
  readonly expression: jsonata.Expression
  readonly sequences: ReturnType<typeof watchSequences>
  /** Whether it asks which of two values is larger, which texts of digits cannot tell. */
  readonly orders: boolean
  /** Its own numbers that JavaScript would round. */
  readonly literals: readonly { readonly node: Node; readonly digits: string }[]
}

const compiled = new Map<string, Compiled>()

/** It would have taken more than it may. */
export class TooMuch extends Error {}

export interface Picked {
  /** `undefined` when it picks nothing. Whole numbers that JavaScript would round are texts of their digits. */
  readonly value: Json | undefined
  /** Whether it is one of a sequence: another answer may give more, or none. */
  readonly many: boolean
}

/**
 * The value of a JSONata expression over JSON text. May take any time and memory, so it is for the sandbox.
 * @throws SyntaxError when the text is not JSON; TooMuch; what the evaluator throws when the expression does not fit the
 * input.
 */
export async function evaluate(expression: string, text: string): Promise<Picked> {
  const program = compile(expression)
  try {
    return await run(program, text, program.orders ? 'numbers' : 'texts')
  } catch (error) {
    // What reckons with a number does not take the text of one.
    if (program.orders || !/\d{16}/.test(text) || error instanceof SyntaxError || error instanceof TooMuch)
      throw error
    return await run(program, text, 'numbers')
  }
}

async function run(
  { expression, sequences, literals }: Compiled,
  text: string,
  large: Large,
): Promise<Picked> {
  const { value: input, digits } = parseJson(text, large)
  const numbers = new Map([...digits].map(([number, token]) => [token, number]))
  for (const { node, digits: token } of literals) {
    const value = large === 'texts' ? token : (numbers.get(token) ?? Number(token))
    Object.assign(node, { type: large === 'texts' ? 'string' : 'number', value })
  }
  sequences.begin()
  try {
    const value: unknown = await expression.evaluate(input)
    const many = sequences.isSequence()
    // As JSON has it, without what the evaluator adds: functions, and properties of its sequences.
    const plain = JSON.stringify(value, digits.size > 0 ? (_, part) => digits.get(part) ?? part : undefined)
    return { value: plain === undefined ? undefined : JSON.parse(plain), many }
  } catch (error) {
    throw tooMuch(error) ? new TooMuch('', { cause: error }) : error
  }
}

function compile(source: string): Compiled {
  const known = compiled.get(source)
  if (known) return known
  const expression = jsonata(source, limits)
  const nodes = [...nodesOf(expression.ast())]
  const made = {
    expression,
    sequences: watchSequences(expression),
    orders: nodes.some(asksForOrder),
    literals: nodes.flatMap((node) => {
      const digits = digitsOf(node, source)
      return digits === undefined ? [] : [{ node, digits }]
    }),
  }
  const [oldest] = compiled.keys()
  if (compiled.size >= KEPT && oldest !== undefined) compiled.delete(oldest)
  compiled.set(source, made)
  return made
}

function* nodesOf(part: unknown): Generator<Node> {
  if (typeof part !== 'object' || part === null) return
  if ('type' in part && typeof part.type === 'string') yield part as Node
  for (const inner of Object.values(part)) yield* nodesOf(inner)
}

function asksForOrder({ type, value, procedure }: Node): boolean {
  if (type === 'binary') return ['<', '>', '<=', '>='].includes(value)
  return type === 'sort' || (type === 'function' && ['sort', 'max', 'min'].includes(procedure?.value))
}

/** The parser has rounded a number by now, but says where in the source it ended. */
function digitsOf({ type, value, position }: Node, source: string): string | undefined {
  if (type !== 'number' || typeof value !== 'number') return undefined
  const digits = /\d+$/.exec(source.slice(0, position))?.[0] ?? ''
  const signed = value < 0 ? `-${digits}` : digits
  return isLarge(signed) ? signed : undefined
}

/** D1011 and D1012 are of the limits above, D2014 and D2015 of what the evaluator never allows. */
function tooMuch(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: string }
  return error instanceof RangeError || ['D1011', 'D1012', 'D2014', 'D2015'].includes(code ?? '')
}
