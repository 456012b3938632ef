import { request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { RunningProduct } from '#testing/product.ts'
import { freePort } from '#testing/servers/free-port.ts'
import type { RealStores } from '#testing/stores.ts'
import { monotonic } from './clock.ts'
import { cpu, each } from './details.ts'
import { HUBS, openLargeInstallation, startLarge, WIDGETS, writeHub } from './large-installation.ts'
import { usageOf, watchCpu } from './processes.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'
import { storeProcesses } from './store-processes.ts'

const REPEATS = 3
const MB = 1024 * 1024
/** Milliseconds between two questions for its health while a process starts. */
const PROBE = 20
/** Writes a repeat, and how many are under way at one time. */
const WRITES = 400
const AT_ONCE = 16
/** Milliseconds in which other processes have read of the last write. */
const READ_OF = 1_500

interface Start {
  readonly cpu: number
  readonly rss: number
  /** The longest time that its health was waited for. */
  readonly wait: number
}

/** A large installation: what a start of a process costs, and a write of one hub. */
export async function largeInstallation(): Promise<readonly Row[]> {
  const stores = await openLargeInstallation()
  try {
    const web = await starts(stores, 'web,stream')
    const daemon = await starts(stores, 'daemon')
    return [startRow('web and stream', web), startRow('daemon', daemon), ...(await writes(stores))]
  } finally {
    await stores.stop()
  }
}

const size = `${HUBS.toLocaleString('en')} hubs, ${(HUBS * WIDGETS).toLocaleString('en')} widgets`

function startRow(roles: string, all: readonly Start[]): Row {
  const [seconds, memory, waits] = [
    all.map(({ cpu }) => cpu / 1_000),
    all.map(({ rss }) => rss / MB),
    all.map(({ wait }) => wait),
  ] as const
  return {
    what: `${size}: start of a process, ${roles}`,
    target: '< 5 s of CPU, <= 150 MB; health answers throughout',
    measured: `${inWords(spreadOf(seconds))} s of CPU, ${inWords(spreadOf(memory))} MB, the longest wait for its health ${inWords(spreadOf(waits))} ms`,
    met: spreadOf(seconds).median < 5 && spreadOf(memory).median <= 150,
    details: [
      each('CPU, in', seconds, ' s'),
      each('Resident when ready, in', memory, ' MB'),
      each('Longest wait, in', waits, ' ms'),
    ],
  }
}

async function starts(stores: RealStores, roles: string): Promise<readonly Start[]> {
  const all: Start[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const port = await freePort()
    const health = watchHealth(port)
    const product = await startLarge(stores, { roles, port })
    all.push({ ...usageOf(product.pid), wait: await health.stop() })
    await product.stop()
  }
  return all
}

/** Asks for the health of a process again and again, from when it first answers. */
function watchHealth(port: number): { stop(): Promise<number> } {
  let longest = 0
  let stopped = false
  async function watch(): Promise<void> {
    let listens = false
    while (!stopped) {
      const began = monotonic()
      listens = (await healthOf(port)) || listens
      if (listens) longest = Math.max(longest, monotonic() - began)
      await setTimeout(PROBE)
    }
  }
  const watching = watch()
  return {
    async stop() {
      stopped = true
      await watching
      return longest
    },
  }
}

function healthOf(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (response) => {
      response.resume().on('end', () => resolve(true))
    })
      .on('error', () => resolve(false))
      .end()
  })
}

async function writes(stores: RealStores): Promise<readonly Row[]> {
  const processes = await Promise.all([
    startLarge(stores, { roles: 'web,stream' }),
    startLarge(stores, { roles: 'web,stream' }),
    startLarge(stores, { roles: 'daemon' }),
  ])
  const [writer, other, daemon] = processes
  try {
    let written = 0
    await inWriters(writer, 100, () => written++)
    const inWriter: number[] = []
    const inOther: number[] = []
    const inDaemon: number[] = []
    const rates: number[] = []
    const spent = watchCpu({
      writer: [writer.pid],
      'another web process': [other.pid],
      daemon: [daemon.pid],
      ...storeProcesses({ ...stores, database: stores.env.DATABASE_URL }),
    })
    const began = monotonic()
    const total: Record<string, number> = {}
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const from = monotonic()
      await inWriters(writer, WRITES, () => written++)
      rates.push(WRITES / ((monotonic() - from) / 1_000))
      await setTimeout(READ_OF)
      const used = spent()
      inWriter.push((used.writer ?? 0) / WRITES)
      inOther.push((used['another web process'] ?? 0) / WRITES)
      inDaemon.push((used.daemon ?? 0) / WRITES)
      for (const [name, ms] of Object.entries(used)) total[name] = (total[name] ?? 0) + ms
    }
    const [own, others, daemons, rate] = [inWriter, inOther, inDaemon, rates].map(spreadOf)
    if (!own || !others || !daemons || !rate) throw new Error('Nothing was measured.')
    return [
      {
        what: `${size}: CPU of a write of one hub`,
        target: '< 3 ms in the writer, < 1 ms in every other process',
        measured: `${inWords(own)} ms in the writer, ${inWords(others)} ms in another web process, ${inWords(daemons)} ms in a daemon`,
        met: own.median < 3 && others.median < 1 && daemons.median < 1,
        details: [
          `${AT_ONCE} writers at one process, each with one write under way.`,
          each('In the writer, in', inWriter, ' ms'),
          each('In another web process, in', inOther, ' ms'),
          each('In a daemon, in', inDaemon, ' ms'),
          cpu(total, (monotonic() - began) / 1_000),
        ],
      },
      {
        what: `${size}: writes of hubs a second, ${AT_ONCE} writers`,
        target: '>= 200/s',
        measured: `${inWords(rate)}/s`,
        met: rate.median >= 200,
        details: [each('In', rates, '/s')],
      },
    ]
  } finally {
    await Promise.all(processes.map((product) => product.stop()))
  }
}

async function inWriters(product: RunningProduct, count: number, next: () => number): Promise<void> {
  let left = count
  async function write(): Promise<void> {
    while (left-- > 0) {
      const n = next()
      await writeHub(product.url, ((n * 7919) % HUBS) + 1, n)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, write))
}
