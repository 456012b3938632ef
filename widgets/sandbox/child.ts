import { constants, setPriority } from 'node:os'
import { deserialize } from 'node:v8'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { LoadFailure } from '../define.ts'
import { framed, unframed } from './frames.ts'
import { type JobReply, type JobRequest, jobs } from './jobs.ts'
import { type Clocking, openClocking, watch } from './watchdog.ts'

/** Bytes of memory this process may have in all; its heap is limited by a flag it is started with. */
const MOST = 384 * 1024 * 1024
/** One that needed more than this for a job is not kept for the next. */
const KEPT = 192 * 1024 * 1024
const LONGEST = 64 * 1024 * 1024

/** The process that sandbox.ts starts: answers one job after another, and ends with the process that asks. */
function work(): void {
  const clocking = openClocking()
  // What answers browsers goes first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  // Whoever stops a whole group of processes stops the one that asks, and that ends this one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const watchdog = new Worker(new URL(import.meta.url), {
    workerData: { clocking, parent: process.ppid },
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  })
  watchdog.on('error', (error) => {
    throw error
  })
  // From now on it looks, and only now can a job come.
  watchdog.on('message', () => reply({ last: false }))

  let numbered = 0
  async function run({ name, input }: JobRequest): Promise<void> {
    Atomics.store(clocking, 1, jobs[name].cpu)
    Atomics.store(clocking, 0, ++numbered)
    const given = await answer(name, input)
    Atomics.store(clocking, 0, 0)
    reply(given)
  }

  const read = unframed(LONGEST, (message) => void run(deserialize(message) as JobRequest))
  process.stdin.on('data', read)
  process.stdin.on('end', () => process.exit())
}

async function answer(name: JobRequest['name'], input: unknown): Promise<JobReply> {
  try {
    const run = (await jobs[name].load()) as (input: unknown) => unknown
    const output = await run(input)
    return { output, last: process.memoryUsage.rss() > KEPT }
  } catch (error) {
    if (!(error instanceof LoadFailure)) return { thrown: String(error).slice(0, 2_000), last: true }
    const { code, message } = error
    // What was refused for being too much may have left something running.
    return { failure: { code, message }, last: code === 'refused' }
  }
}

function reply(given: JobReply): void {
  process.stdout.write(framed(Buffer.from(JSON.stringify(given))))
}

if (isMainThread) work()
else {
  const { clocking, parent } = workerData as { clocking: Clocking; parent: number }
  watch(clocking, { maxBytes: MOST, parent })
  parentPort?.postMessage('watching')
}
