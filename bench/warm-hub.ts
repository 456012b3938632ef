import { Agent, get } from 'node:http'
import { openFullHub } from './full-hub.ts'
import { latencies } from './latencies.ts'
import type { Row } from './row.ts'
import { figure } from './spread.ts'

const WARM = 200
const PAGES = 500
const SNAPSHOTS = 2_000

/** One reader after another, over one connection that stays open. */
export async function warmHub(): Promise<readonly Row[]> {
  const product = await openFullHub()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const read = (path: string) => readWhole(`${product.url}${path}`, agent)

  async function measure(path: string, times: number) {
    for (let n = 0; n < WARM; n++) await read(path)
    const all = latencies()
    const before = await product.usage()
    for (let n = 0; n < times; n++) {
      const began = performance.now()
      await read(path)
      all.add(performance.now() - began)
    }
    const cpu = ((await product.usage()).cpu - before.cpu) / times
    const kilobytes = (await read(path)) / 1024
    return { all, measured: `${all.inWords(50, 99)}; ${figure(cpu)} ms of CPU, ${figure(kilobytes)} KB` }
  }

  try {
    const page = await measure('/full', PAGES)
    const snapshot = await measure('/api/v1/hubs/full/snapshot', SNAPSHOTS)
    return [
      {
        what: 'hub of 30 widgets, warm: page',
        target: 'p50 < 15 ms',
        measured: page.measured,
        met: page.all.at(50) < 15,
      },
      {
        what: 'hub of 30 widgets, warm: snapshot JSON',
        target: 'p50 < 2 ms',
        measured: snapshot.measured,
        met: snapshot.all.at(50) < 2,
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
