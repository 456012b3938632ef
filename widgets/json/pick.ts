import { createRequire } from 'node:module'
import { openThread } from '../thread.ts'

/** What an expression may use up, by the evaluator's own reckoning: ms, nested calls, values in one sequence. */
const limits = { timeout: 250, stack: 500, sequence: 100_000 }
const maxResult = 256 * 1024

/** `undefined` as `json`: there was nothing to pick. */
export type Picked =
  | { readonly json: string | undefined }
  | { readonly failed: 'not-json' | 'too-much' | 'misfit'; readonly message: string }

const code = `
const { default: jsonata } = await load('jsonata')
const failure = (failed, error) => ({ failed, message: String(error?.message ?? error).slice(0, 300) })
async function answer({ expression, text }) {
  let input
  try { input = JSON.parse(text) } catch (error) { return failure('not-json', error) }
  try {
    const json = JSON.stringify(await jsonata(expression, ${JSON.stringify(limits)}).evaluate(input))
    return json?.length > ${maxResult} ? failure('too-much', 'more than fits a widget') : { json }
  } catch (error) {
    const codes = ['D1011', 'D1012', 'D2014', 'D2015']
    return failure(codes.includes(error?.code) || error instanceof RangeError ? 'too-much' : 'misfit', error)
  }
}`

const thread = openThread<{ expression: string; text: string }, Picked>({
  packages: { jsonata: createRequire(import.meta.url).resolve('jsonata') },
  code,
  // Well above the evaluator's own limit, which gives the better words.
  patience: 1500,
  spent: (picked) => 'failed' in picked && picked.failed !== 'not-json',
})

/**
 * Evaluates a JSONata expression over JSON text.
 * @throws the reason of `signal`.
 */
export async function pick(expression: string, text: string, signal: AbortSignal): Promise<Picked> {
  const picked = await thread.ask({ expression, text }, signal)
  return picked ?? { failed: 'too-much', message: 'more time or memory than it may have' }
}
