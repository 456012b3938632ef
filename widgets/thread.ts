import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** Milliseconds a thread without work is kept. */
const IDLE = 30_000
const MEMORY = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 }

export interface Thread<Job, Answer> {
  /**
   * The answer to one job, one after another; nothing when it took more time or memory than it may.
   * @throws the reason of `signal`.
   */
  ask(job: Job, signal: AbortSignal): Promise<Answer | undefined>
}

/**
 * Works on what strangers wrote, which may keep a parser busy for years: in a thread that can be ended in the middle of
 * it and has its own memory to run out of. Started when first asked.
 */
export function openThread<Job, Answer>(options: {
  /** Files of what the code may load by name: `await load('jsonata')` gives the module. */
  readonly packages: Readonly<Record<string, string>>
  /** JavaScript that declares `answer(job)`. A string and not a file of its own, because the product ships as one bundled file. */
  readonly code: string
  /** Milliseconds one job may take. */
  readonly patience: number
  /** Whether a job that was answered so may have left something running, which must not fall upon the next one. */
  readonly spent?: (answer: Answer) => boolean
}): Thread<Job, Answer> {
  const { packages, code, patience, spent } = options
  let worker: Promise<Worker> | undefined
  let rest: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()

  function started(): Promise<Worker> {
    worker ??= startWorker(packages, code).catch((error: unknown) => {
      worker = undefined
      throw error
    })
    return worker
  }

  function stop(): void {
    void worker?.then((thread) => thread.terminate())
    worker = undefined
  }

  async function answer(job: Job, signal: AbortSignal): Promise<Answer | undefined> {
    signal.throwIfAborted()
    clearTimeout(rest)
    const thread = await started()
    const ending = new AbortController()
    const end = () => ending.abort()
    const timer = setTimeout(end, patience)
    signal.addEventListener('abort', end)
    try {
      thread.postMessage(job)
      const [given] = (await once(thread, 'message', { signal: ending.signal })) as [Answer]
      if (spent?.(given)) stop()
      else rest = setTimeout(stop, IDLE).unref()
      return given
    } catch {
      stop()
      signal.throwIfAborted()
      return undefined
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
    }
  }

  return {
    ask(job, signal) {
      const mine = last.then(() => answer(job, signal))
      last = mine.catch(() => {})
      return mine
    },
  }
}

async function startWorker(packages: Readonly<Record<string, string>>, code: string): Promise<Worker> {
  const modules = Object.entries(packages).map(([name, path]) => [name, pathToFileURL(path).href])
  const source = `(async () => {
    const { parentPort, workerData } = require('node:worker_threads')
    const load = (name) => import(workerData[name])
    ${code}
    parentPort.on('message', async (job) => parentPort.postMessage(await answer(job)))
    parentPort.postMessage('ready')
  })()`
  const worker = new Worker(source, {
    eval: true,
    execArgv: [],
    env: {},
    workerData: Object.fromEntries(modules),
    resourceLimits: MEMORY,
  })
  await once(worker, 'message')
  // Whoever waits for an answer hears of its end too; without a listener of its own an end between two would end us.
  worker.on('error', () => {})
  worker.unref()
  return worker
}
