import { Agent, get } from 'node:http'
import { monotonic } from './clock.ts'
import { cpu, percentiles, rates } from './details.ts'
import { openFullHub } from './full-hub.ts'
import { repeated } from './latencies.ts'
import { pace } from './pace.ts'
import { buildNext } from './peer-next.ts'
import { type Processes, watchCpu } from './processes.ts'
import { inShares } from './profile.ts'
import { startProgram } from './program.ts'
import type { Row } from './row.ts'
import { figure } from './spread.ts'
import { productProcesses } from './store-processes.ts'

/** Requests before any is timed: V8 goes on compiling what renders a page for some hundreds of them. */
const WARM = 600
const REPEATS = 5
/** Requests a repeat, and milliseconds between two. */
const pages = { path: '/full', requests: 100, every: 50 }
const bare = { ...pages, path: '/cards' }
const snapshots = { path: '/api/v1/hubs/full/snapshot', requests: 400, every: 4 }

/** The app in `bench/peers/next`; gives the URL of its streams. */
type NextVerbs = Readonly<{ listen(): Promise<string> }>

/** What is asked, and the processes whose CPU is counted, itself first. */
interface Server {
  readonly url: string
  readonly processes: Processes
  /** A line of it for the details. */
  profile?(work: () => Promise<void>): Promise<string>
}

/** Readers who come at a steady rate, over connections that stay open. */
export async function warmHub(): Promise<readonly Row[]> {
  const product = await openFullHub()
  const agent = new Agent({ keepAlive: true })
  const ours: Server = {
    url: product.url,
    processes: { ...productProcesses(product), 'load generator': [process.pid] },
    profile: async (work) => inShares(await product.profile(work)),
  }

  async function measure({ url, processes, profile }: Server, { path, requests, every }: typeof pages) {
    const read = (path: string) => readWhole(`${url}${path}`, agent)
    for (let n = 0; n < WARM; n++) await read(path)
    const times = repeated()
    const spent = watchCpu(processes)
    let seconds = 0
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      times.next()
      const began = monotonic()
      const answers: Promise<void>[] = []
      await pace(requests, every, (_, due) => {
        answers.push(read(path).then(() => times.add(monotonic() - due)))
      })
      await Promise.all(answers)
      seconds += (monotonic() - began) / 1_000
    }
    const used = spent()
    const each = (used[Object.keys(processes)[0] ?? ''] ?? 0) / (REPEATS * requests)
    const hot = await profile?.(async () => {
      for (let n = 0; n < requests; n++) await read(path)
    })
    const kilobytes = (await read(path)) / 1024
    return {
      times,
      measured: `${times.inWords(50, 99)}; ${figure(each)} ms of CPU, ${figure(kilobytes)} KB`,
      details: [
        rates(1_000 / every, (REPEATS * requests) / seconds),
        percentiles('From when a request was due until its answer was read', times),
        `${cpu(used, seconds)} The load generator waits for the next request awake.`,
        ...(hot ? [hot] : []),
      ],
    }
  }

  async function measureBare() {
    await buildNext()
    const program = await startProgram<NextVerbs>('next', { peer: true })
    try {
      const { origin } = new URL(await program.ask('listen'))
      const processes = { Next: [program.pid], 'load generator': [process.pid] }
      return await measure({ url: origin, processes }, bare)
    } finally {
      await program.stop()
    }
  }

  try {
    const page = await measure(ours, pages)
    const beside = await measureBare()
    const snapshot = await measure(ours, snapshots)
    return [
      {
        what: 'hub of 30 widgets, warm: page',
        target: 'p50 < 15 ms',
        measured: page.measured,
        met: page.times.at(50) < 15,
        details: page.details,
      },
      {
        what: 'a page of as many elements with Next and React alone, its data at hand',
        target: 'reported',
        measured: beside.measured,
        details: beside.details,
      },
      {
        what: 'hub of 30 widgets, warm: snapshot JSON',
        target: 'p50 < 2 ms',
        measured: snapshot.measured,
        met: snapshot.times.at(50) < 2,
        details: snapshot.details,
      },
    ]
  } finally {
    agent.destroy()
    await product.stop()
  }
}

/** Bytes of the answer. */
function readWhole(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.on('end', () => {
        if (response.statusCode === 200) resolve(bytes)
        else reject(new Error(`${url} was answered ${response.statusCode}`))
      })
    }).on('error', reject)
  })
}
