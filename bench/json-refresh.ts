import { setTimeout } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { until } from '#testing/servers/until.ts'
import { openTruth } from '#testing/truth.ts'
import { openCrowd } from './crowd.ts'
import { each } from './details.ts'
import { startInspected } from './inspected.ts'
import { pace } from './pace.ts'
import { watchCpu } from './processes.ts'
import { inShares } from './profile.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'
import { productProcesses } from './store-processes.ts'

const CARDS = 50
/** Events a repeat, and milliseconds between two: of one card each, or of all cards at once. */
const single = { events: 500, every: 10 }
const together = { events: 50, every: 100 }
const REPEATS = 5
/** Milliseconds without a load after which all are over. */
const QUIET = 500
/** Milliseconds in which the product is watched doing nothing. */
const IDLE = 5_000

const plain = 'checks[0].count'
const evaluated = '$sum(checks.count)'

/** What one refresh of a card costs that reads a small JSON answer over HTTP: with a plain path, and with an expression. */
export async function jsonRefresh(): Promise<readonly Row[]> {
  const truth = await openTruth()
  const product = await startInspected({
    mode: 'real',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32', HUBS_LOG_LEVEL: 'warn' },
  })
  const nats = await connect({ servers: product.stores?.nats.url ?? '' })
  const bus = jetstream(nats)
  const crowds: { stop(): Promise<void> }[] = []
  let value = 0

  function change(kind: string, card: number): void {
    value += 1
    const checks = Array.from({ length: 10 }, (_, n) => ({ name: `check ${n}`, ok: true, count: value }))
    truth.set(`${kind}-${card}`, { service: 'web', checks })
  }

  async function round(kind: string, { events, every }: typeof single): Promise<number> {
    const loads = () =>
      Array.from({ length: CARDS }, (_, card) => truth.loads(`${kind}-${card}`)).reduce((a, b) => a + b, 0)
    const before = loads()
    let last = before
    let since = performance.now()
    // On a busy machine two events of one card may need but one load.
    const quiet = async () => {
      if (loads() !== last) [last, since] = [loads(), performance.now()]
      return last > before && performance.now() - since > QUIET
    }
    const published: Promise<unknown>[] = []
    await pace(events, every, (n) => {
      const cards = every === single.every ? [n % CARDS] : Array.from({ length: CARDS }, (_, card) => card)
      for (const card of cards) change(kind, card)
      const last = every === single.every ? n % CARDS : 'all'
      published.push(bus.publish(`events.bench.${kind}.${last}`, '{"from":"bench"}'))
    })
    await Promise.all(published)
    await until(quiet, 'The cards are loaded without end.')
    return last - before
  }

  async function measure(
    kind: string,
    pick: string,
    loop: typeof single,
  ): Promise<{ costs: number[]; details: string[] }> {
    const widgets = Array.from({ length: CARDS }, (_, card) => {
      change(kind, card)
      const url = truth.url(`${kind}-${card}`)
      const refreshOn = [`bench.${kind}.${card}`, `bench.${kind}.all`]
      return numberWidget(url, kind, { pick, refreshOn, maxAge: 86_400 })
    })
    await api(product.url).put(kind, hubOf(kind, widgets))
    crowds.push(await openCrowd(`${product.url}/api/v1/stream?hub=${kind}`, 1))
    // V8 goes on compiling what they run.
    await round(kind, loop)
    await round(kind, loop)
    const watch = watchCpu(productProcesses(product))
    await setTimeout(IDLE)
    const atRest = (watch().Hubs ?? 0) / IDLE
    const costs: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const began = performance.now()
      watch()
      const loads = await round(kind, loop)
      const used = watch().Hubs ?? 0
      costs.push((used - atRest * (performance.now() - began)) / loads)
    }
    const profile = await product.profile(async () => void (await round(kind, loop)))
    return { costs, details: [each('CPU a refresh, in', costs, ' ms'), inShares(profile)] }
  }

  try {
    const all = await measure('plain', plain, together)
    const one = await measure('single', plain, single)
    const sum = await measure('evaluated', evaluated, together)
    const spread = spreadOf(all.costs)
    return [
      {
        what: 'CPU of the process for one refresh of a JSON card over HTTP, from the event to the push; a plain path',
        target: '< 0.5 ms',
        measured: `${inWords(spread)} ms; ${inWords(spreadOf(one.costs))} where each has an event of its own`,
        met: spread.median < 0.5,
        details: [
          `${1_000 / together.every} events a second, each for all of ${CARDS} watched cards, then ${1_000 / single.every} for one each; what the process uses when nothing happens is taken off. Children count.`,
          ...all.details,
          'Each with an event of its own:',
          ...one.details,
        ],
      },
      {
        what: 'the same with an expression, which is evaluated in a process of its own',
        target: 'reported',
        measured: `${inWords(spreadOf(sum.costs))} ms`,
        details: sum.details,
      },
    ]
  } finally {
    for (const crowd of crowds) await crowd.stop()
    await nats.close()
    await product.stop()
    await truth.close()
  }
}
