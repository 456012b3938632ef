import { setTimeout } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { startProduct } from '#testing/product.ts'
import { openSse } from '#testing/sse.ts'
import { openStores } from '#testing/stores.ts'
import { openTruth } from '#testing/truth.ts'
import { monotonic } from './clock.ts'
import { startInspected } from './inspected.ts'
import { usageOf } from './processes.ts'
import type { Row } from './row.ts'
import { figure, spreadOf } from './spread.ts'

const MB = 1024 * 1024
const HUBS = 20
const NUMBERS = 40
/** Rows of an answer, of which one number is shown: about 40 KB. */
const ROWS = 400
/** Milliseconds between two events, of which each third concerns a card. */
const EVERY = 5
/** Milliseconds of the load, without that at its beginning in which it comes to rest, and between two looks. */
const WARM = 10_000
const LASTS = 40_000
const LOOK = 250

/** What a daemon holds of the machine while it loads answers of some size, reads the event log, and takes events of others. */
export async function mixedLoad(): Promise<readonly Row[]> {
  const [stores, truth] = await Promise.all([openStores(), openTruth()])
  const env = { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32', HUBS_LOG_LEVEL: 'error' }
  const front = await startProduct({ mode: 'real', roles: 'web,stream', stores, env })
  const daemon = await startInspected({ mode: 'real', roles: 'daemon', stores, env })
  const nats = await connect({ servers: stores.nats.url })
  const bus = jetstream(nats)
  const done = new AbortController()
  try {
    const rows = Array.from({ length: ROWS }, (_, n) => ({ id: n, name: `row ${n}`, text: 'x'.repeat(60) }))
    truth.set('big', { value: 1, rows })
    for (let hub = 0; hub < HUBS; hub++) {
      const numbers = Array.from({ length: NUMBERS }, (_, n) =>
        numberWidget(`${truth.url('big')}`, `bench.${hub}.${n}`, {
          pick: 'value',
          maxAge: 30 + n + hub * NUMBERS,
        }),
      )
      const builds = {
        type: 'builds',
        title: 'Builds',
        config: { repositories: [], topics: [`ci.${hub}.*`] },
        position: { x: 4, y: 0, w: 8, h: 4 },
      }
      await api(front.url).put(`hub${hub}`, hubOf(`Hub ${hub}`, [...numbers, builds]))
    }
    const hubs = Array.from({ length: HUBS }, (_, n) => `hub=hub${n}`)
    const stream = await openSse(`${front.url}/api/v1/stream?${hubs.join('&')}`)

    async function publish(): Promise<void> {
      const began = monotonic()
      for (let n = 0; !done.signal.aborted; n++) {
        await setTimeout(Math.max(0, began + n * EVERY - monotonic()))
        const hub = n % HUBS
        const job = { job: `job ${n % 7}`, status: 'passed', version: String(n), finishedAt: Date.now() }
        const topic = [`ci.${hub}.a`, `bench.${hub}.${n % NUMBERS}`, `other.${hub}.${n % 1000}`][n % 3] ?? ''
        await bus.publish(`events.${topic}`, JSON.stringify(n % 3 === 0 ? job : { n, text: 'x'.repeat(400) }))
      }
    }

    const publishing = publish()
    await setTimeout(WARM)
    const before = await daemon.usage()
    const resident: number[] = []
    const began = monotonic()
    while (monotonic() - began < LASTS) {
      resident.push(usageOf(daemon.pid).rss / MB)
      await setTimeout(LOOK)
    }
    const after = await daemon.usage()
    const seconds = (monotonic() - began) / 1_000
    done.abort()
    await publishing
    stream.close()
    const { heap } = await daemon.usage(true)
    const { median, most } = spreadOf(resident)
    return [
      {
        what: 'memory of a daemon under mixed load: 800 cards of answers of 40 KB, 20 cards of the event log, 200 events a second',
        target: '<= 240 MB',
        measured: `${figure(median)} MB, at most ${figure(most)} MB; in use after a collection ${figure(heap / MB)} MB`,
        met: most <= 240,
        details: [`CPU of the process: ${figure((after.cpu - before.cpu) / seconds)} ms a second.`],
      },
    ]
  } finally {
    done.abort()
    await nats.close()
    await Promise.all([front.stop(), daemon.stop()])
    await Promise.all([stores.stop(), truth.close()])
  }
}
