import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { type Picked, startPickWorker } from './pick-worker.ts'

/** Milliseconds after which the thread is ended; well above the evaluator's own limit, which gives the better words. */
const patience = 1500
const idle = 30_000

let worker: Promise<Worker> | undefined
let rest: ReturnType<typeof setTimeout> | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * Evaluates a JSONata expression over JSON text, one after another in a thread that is kept for the next. Nothing an
 * expression does takes longer than `patience` or hurts the process.
 * @throws the reason of `signal`.
 */
export function pick(expression: string, text: string, signal: AbortSignal): Promise<Picked> {
  const mine = last.then(() => evaluate({ expression, text }, signal))
  last = mine.catch(() => {})
  return mine
}

async function evaluate(job: { expression: string; text: string }, signal: AbortSignal): Promise<Picked> {
  signal.throwIfAborted()
  clearTimeout(rest)
  const thread = await started()
  const ending = new AbortController()
  const end = () => ending.abort()
  const timer = setTimeout(end, patience)
  signal.addEventListener('abort', end)
  try {
    thread.postMessage(job)
    const [picked] = (await once(thread, 'message', { signal: ending.signal })) as [Picked]
    // What an expression left running when it failed must not fall upon the next one.
    if ('failed' in picked) stop()
    else rest = setTimeout(stop, idle).unref()
    return picked
  } catch {
    stop()
    signal.throwIfAborted()
    return { failed: 'too-much', message: 'more time or memory than it may have' }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

function started(): Promise<Worker> {
  worker ??= startPickWorker().catch((error: unknown) => {
    worker = undefined
    throw error
  })
  return worker
}

function stop(): void {
  void worker?.then((thread) => thread.terminate())
  worker = undefined
}
