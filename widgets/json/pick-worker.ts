import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** What an expression may use up, by the evaluator's own reckoning: ms, nested calls, values in one sequence. */
const limits = { timeout: 250, stack: 500, sequence: 100_000 }
const maxResult = 256 * 1024

/** `undefined` as `json`: there was nothing to pick. */
export type Picked =
  | { readonly json: string | undefined }
  | { readonly failed: 'not-json' | 'too-much' | 'misfit'; readonly message: string }

// A string and not a file of its own, because the product ships as one bundled file.
const source = `
const { parentPort, workerData } = require('node:worker_threads')
const jsonata = require(workerData.jsonata)
const failure = (failed, error) => ({ failed, message: String(error?.message ?? error).slice(0, 300) })
async function pick({ expression, text }) {
  let input
  try { input = JSON.parse(text) } catch (error) { return failure('not-json', error) }
  try {
    const json = JSON.stringify(await jsonata(expression, workerData.limits).evaluate(input))
    return json?.length > workerData.maxResult ? failure('too-much', 'more than fits a widget') : { json }
  } catch (error) {
    const codes = ['D1011', 'D1012', 'D2014', 'D2015']
    return failure(codes.includes(error?.code) || error instanceof RangeError ? 'too-much' : 'misfit', error)
  }
}
parentPort.on('message', async (job) => parentPort.postMessage(await pick(job)))
parentPort.postMessage('ready')
`

/**
 * A thread that evaluates expressions which strangers wrote: it can be ended in the middle of a regular expression that
 * would run for years, and has its own memory to run out of.
 */
export async function startPickWorker(): Promise<Worker> {
  const jsonata = createRequire(import.meta.url).resolve('jsonata')
  const worker = new Worker(source, {
    eval: true,
    execArgv: [],
    env: {},
    workerData: { jsonata, limits, maxResult },
    resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
  })
  await once(worker, 'message')
  // Whoever waits for an answer hears of its end too; without a listener of its own an end between two would end us.
  worker.on('error', () => {})
  worker.unref()
  return worker
}
