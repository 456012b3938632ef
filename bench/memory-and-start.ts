import { setTimeout } from 'node:timers/promises'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { each } from './details.ts'
import { usageOf } from './processes.ts'
import type { Row } from './row.ts'
import { figure, inWords, spreadOf } from './spread.ts'

const MB = 1024 * 1024
const REPEATS = 5
/** Milliseconds after which a process that does nothing has come to rest. */
const REST = 8_000

/** Of one way to run it: seconds until it is ready, and MB at rest, for the very first start and those after it. */
interface Started {
  readonly product: RunningProduct
  readonly firstSeconds: number
  firstMemory: number
  readonly seconds: number[]
  readonly memory: number[]
}

/** The built product as it is started, with nobody there but one reader who has gone. */
export async function memoryAndStart(): Promise<readonly Row[]> {
  const real = await startFirst('real')
  const embedded = await startFirst('embedded')
  const both = [real, embedded]
  try {
    await rest(both)
    for (const one of both) one.firstMemory = usageOf(one.product.pid).rss / MB
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      // Each alone, while the other does nothing.
      for (const { product, seconds } of both) seconds.push(await secondsOf(product.restart))
      await rest(both)
      for (const { product, memory } of both) memory.push(usageOf(product.pid).rss / MB)
    }
  } finally {
    await Promise.all(both.map(({ product }) => product.stop()))
  }
  const memory = ({ memory, firstMemory }: Started) =>
    `${inWords(spreadOf(memory))} MB (after the very first start ${figure(firstMemory)} MB)`
  const seconds = ({ seconds, firstSeconds }: Started) =>
    `${inWords(spreadOf(seconds))} s (the first time, with its stores, ${figure(firstSeconds)} s)`
  return [
    {
      what: 'idle memory, all roles, real stores',
      target: '<= 200 MB',
      measured: memory(real),
      met: spreadOf(real.memory).median <= 200,
      details: [each('In', real.memory, ' MB')],
    },
    {
      what: 'idle memory, all roles, embedded, after a restart',
      target: '<= 600 MB',
      measured: memory(embedded),
      met: spreadOf(embedded.memory).median <= 600,
      details: [each('In', embedded.memory, ' MB')],
    },
    {
      what: 'built product, embedded: from its start until it is ready, the second time',
      target: '< 3 s',
      measured: seconds(embedded),
      met: spreadOf(embedded.seconds).median < 3,
      details: [each('In', embedded.seconds, ' s')],
    },
    {
      what: 'the same on real stores',
      target: 'reported',
      measured: seconds(real),
      details: [each('In', real.seconds, ' s')],
    },
  ]
}

async function startFirst(mode: 'real' | 'embedded'): Promise<Started> {
  const began = performance.now()
  const product = await startProduct({ mode })
  const firstSeconds = (performance.now() - began) / 1_000
  return { product, firstSeconds, firstMemory: 0, seconds: [], memory: [] }
}

/** What runs is ended first, which is counted too. */
async function secondsOf(start: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await start()
  return (performance.now() - began) / 1_000
}

/** Once a page of each has been read and a while has passed. */
async function rest(both: readonly Started[]): Promise<void> {
  for (const { product } of both) await (await fetch(`${product.url}/welcome`)).text()
  await setTimeout(REST)
}
