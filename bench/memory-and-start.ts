import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { type Product, startProduct } from '../e2e/product.ts'
import type { Row } from './row.ts'
import { figure } from './spread.ts'

const MB = 1024 * 1024
/** Milliseconds after which a process that does nothing has come to rest. */
const REST = 10_000

/** The built product as it is started, with nobody there but one reader who has gone. */
export async function memoryAndStart(): Promise<readonly Row[]> {
  const real = await measure('real')
  const embedded = await measure('embedded')
  return [
    {
      what: 'idle memory, all roles, real stores',
      target: '<= 200 MB',
      measured: `${figure(real.again / MB)} MB (after the very first start ${figure(real.first / MB)} MB)`,
      met: real.again <= 200 * MB,
    },
    {
      what: 'idle memory, all roles, embedded, after a restart',
      target: '<= 600 MB',
      measured: `${figure(embedded.again / MB)} MB (after the very first start ${figure(embedded.first / MB)} MB)`,
      met: embedded.again <= 600 * MB,
    },
    {
      what: 'built product, embedded: from its start until it is ready, the second time',
      target: '< 3 s',
      measured: `${figure(embedded.seconds[1])} s (the first time ${figure(embedded.seconds[0])} s)`,
      met: embedded.seconds[1] < 3,
    },
    {
      what: 'the same on real stores',
      target: 'reported',
      measured: `${figure(real.seconds[1])} s (the first time ${figure(real.seconds[0])} s)`,
    },
  ]
}

async function measure(mode: 'real' | 'embedded') {
  const began = performance.now()
  // Opening the stores is not the product's doing, but takes a second at most.
  const product = await startProduct({ mode })
  const firstSeconds = (performance.now() - began) / 1_000
  try {
    const first = await restingMemory(product)
    const again = performance.now()
    await product.restart()
    const seconds = [firstSeconds, (performance.now() - again) / 1_000] as const
    return { first, again: await restingMemory(product), seconds }
  } finally {
    await product.stop()
  }
}

/** Resident bytes once a page has been read and a while has passed. */
async function restingMemory({ url, pid }: Product): Promise<number> {
  await (await fetch(`${url}/welcome`)).text()
  await setTimeout(REST)
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
