import { setTimeout } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { startProduct } from '#testing/product.ts'
import { openStores } from '#testing/stores.ts'
import { openTruth } from '#testing/truth.ts'
import { monotonic } from './clock.ts'
import { openCrowd } from './crowd.ts'
import { each } from './details.ts'
import { type InspectedProduct, startInspected } from './inspected.ts'
import { inShares } from './profile.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'

const STREAMS = 5_000
const HUBS = 1_000
const REPEATS = 4
/** Repeats before those that count, in which V8 compiles what they run. */
const WARM = 2
/** Milliseconds for which what follows is watched as well, and the idle process in each turn. */
const AFTER = 1_500

/** The same number of streams on a thousand hubs and on one: what a frame costs the process that streams, and what a stream holds. */
export async function manyHubs(): Promise<readonly Row[]> {
  const stores = await openStores()
  const truth = await openTruth()
  const env = {
    HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN,
    HUBS_FETCH_ALLOW: '127.0.0.1/32',
    HUBS_STREAMS_PER_CLIENT: '20000',
    HUBS_LOG_LEVEL: 'error',
  }
  const front = await startInspected({ mode: 'real', roles: 'web,stream', stores, env })
  const daemon = await startProduct({ mode: 'real', roles: 'daemon', stores, env })
  const nats = await connect({ servers: stores.nats.url })
  const bus = jetstream(nats)
  const publish = (name: string) => bus.publish(`events.bench.${name}`, '{"from":"bench"}')
  let value = 0
  const set = (name: string) => {
    value += 1
    truth.set(name, value)
  }
  try {
    const { put } = api(front.url)
    const names = Array.from({ length: HUBS }, (_, n) => `own${n}`)
    for (const name of ['shared', ...names]) set(name)
    const number = (name: string) => numberWidget(truth.url(name), `bench.${name}`, { maxAge: 86_400 })
    for (const [n, name] of names.entries())
      await put(`many${n}`, hubOf(`Hub ${n}`, [number('shared'), number(name), note(n, 0), note(n, 1)]))
    await put('one', hubOf('One hub', [number('shared'), number('own0'), note(0, 0), note(0, 1)]))
    const stream = `${front.url}/api/v1/stream?hub=`

    const changeShared = async () => {
      set('shared')
      await publish('shared')
    }
    const changeOwn = async () => {
      for (const name of names) {
        set(name)
        await publish(name)
      }
    }
    const hubs = names.map((_, n) => `${stream}many${n}`)
    const shared = await measure(front, hubs, changeShared, true)
    const own = await measure(front, hubs, changeOwn, true)
    const one = await measure(front, [`${stream}one`], changeShared)
    const [a, b, c] = [shared, own, one].map(({ costs }) => spreadOf(costs))
    if (!a || !b || !c) throw new Error('Nothing was measured.')
    return [
      {
        what: '5,000 streams over 1,000 hubs: CPU of the streaming process a frame',
        target: '<= 25 µs',
        measured: `a result that all hubs show ${inWords(a)} µs; one of each hub ${inWords(b)} µs; all on one hub ${inWords(c)} µs`,
        met: a.median <= 25 && b.median <= 25,
        details: [
          each('What all show, in', shared.costs, ' µs'),
          each('One of each hub, each an event of its own, in', own.costs, ' µs'),
          each('On one hub, in', one.costs, ' µs'),
          ...[shared, own].flatMap(({ profile }) => (profile ? [inShares(profile)] : [])),
        ],
      },
      {
        what: 'the same: memory of a stream',
        target: '<= 12 KB',
        measured: `${shared.rss.toFixed(1)} KB (heap ${shared.heap.toFixed(1)}), after frames ${shared.after.toFixed(1)}; on one hub ${one.rss.toFixed(1)} KB (heap ${one.heap.toFixed(1)})`,
        met: shared.rss <= 12,
        details: [
          `A second time ${own.rss.toFixed(1)} KB (heap ${own.heap.toFixed(1)}), after frames ${own.after.toFixed(1)}.`,
        ],
      },
    ]
  } finally {
    await nats.close()
    await Promise.all([front.stop(), daemon.stop()])
    await stores.stop()
    await truth.close()
  }
}

/** What a change costs `front` for each frame of `STREAMS` streams on these addresses, and what each stream holds. */
async function measure(
  front: InspectedProduct,
  urls: readonly string[],
  change: () => Promise<unknown>,
  profiled = false,
) {
  // What the first streams of all make it load and compile is not theirs.
  await (await openCrowd(urls, 100)).stop()
  const before = await front.usage(true)
  const crowd = await openCrowd(urls, STREAMS)
  try {
    // Until what nobody had loaded before is there.
    await setTimeout(5_000)
    const held = await front.usage(true)
    const costs: number[] = []
    const turn = async () => {
      const rest = await front.usage()
      const began = monotonic()
      await setTimeout(AFTER)
      const idle = await front.usage()
      const rate = (idle.cpu - rest.cpu) / (monotonic() - began)
      await crowd.arm()
      const from = monotonic()
      await change()
      const { frames } = await crowd.received()
      await setTimeout(AFTER)
      const spent = (await front.usage()).cpu - idle.cpu - rate * (monotonic() - from)
      return (spent * 1_000) / Math.max(STREAMS, frames)
    }
    for (let n = 0; n < WARM; n++) await turn()
    for (let n = 0; n < REPEATS; n++) costs.push(await turn())
    const profile = profiled
      ? await front.profile(async () => {
          for (let n = 0; n < REPEATS; n++) await turn()
        })
      : undefined
    const after = await front.usage(true)
    const kb = (bytes: number) => bytes / STREAMS / 1024
    return {
      costs,
      rss: kb(held.rss - before.rss),
      heap: kb(held.heap - before.heap),
      after: kb(after.rss - before.rss),
      profile,
    }
  } finally {
    await crowd.stop()
    // The groups of those that left are let go.
    await setTimeout(2_000)
  }
}

const note = (hub: number, n: number) => ({
  type: 'notes',
  title: `Note ${n}`,
  config: { text: `Note ${n} of hub ${hub}` },
  position: { x: 4, y: 4 * n, w: 4, h: 4 },
})
