import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { startProduct } from '#testing/product.ts'
import { openSse, type SseClient } from '#testing/sse.ts'
import { wallClock } from '#testing/times.ts'
import { openTruth } from '#testing/truth.ts'
import { cpu, percentiles } from './details.ts'
import { type Repeated, repeated } from './latencies.ts'
import { watchCpu } from './processes.ts'
import type { Row } from './row.ts'
import { figure, inWords, spreadOf } from './spread.ts'
import { productProcesses } from './store-processes.ts'

/** Cards of the host that hangs, in hubs of so many each, all of them watched. */
const HANGING = 2_000
const HUB = 100
/** Cards of a host that answers: so many that events make stale in turn, and as many that the clock does. */
const CARDS = 20
const MAX_AGE = 5
/** Of one repeat. */
const EVENTS = 250
const EVERY = 40
const REPEATS = 4
/** Milliseconds after which an event counts as lost. */
const PATIENCE = 30_000

/** From the event on the bus to the frame, for cards of one type, alone and beside thousands of a host that never answers. */
export async function hangingHost(): Promise<readonly Row[]> {
  const [truth, hanging] = await Promise.all([openTruth(), openHanging()])
  const product = await startProduct({
    mode: 'real',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32', HUBS_LOG_LEVEL: 'error' },
  })
  const nats = await connect({ servers: product.stores?.nats.url ?? '' })
  const streams: SseClient[] = []
  try {
    const { put } = api(product.url)
    const names = Array.from({ length: CARDS }, (_, n) => `n${n}`)
    for (const name of names) for (const each of [name, `c${name}`]) truth.set(each, 0)
    const byEvent = names.map((name) => numberWidget(truth.url(name), `bench.${name}`))
    const byClock = names.map((name) => numberWidget(truth.url(`c${name}`), 'nothing', { maxAge: MAX_AGE }))
    const hub = await put('watched', hubOf('Watched', [...byEvent, ...byClock]))
    const idOf = new Map(hub.widgets.slice(0, CARDS).map(({ id }, n) => [id, n]))
    const aging = new Set(hub.widgets.slice(CARDS).map(({ id }) => id))
    const stream = await openSse(`${product.url}/api/v1/stream?hub=watched`)
    streams.push(stream)
    await setTimeout(3_000)

    const bus = jetstream(nats)
    const publish = (name: string) => bus.publish(`events.bench.${name}`, '{"from":"bench"}')
    const values = new Map<number, number>()

    /** Events come at a rate of their own; each counts until its card shows its value or a later one. */
    async function repeat(times: Repeated): Promise<void> {
      const sent: { readonly card: number; readonly value: number; readonly at: number }[] = []
      const from = stream.events.length
      const began = wallClock()
      for (let n = 0; n < EVENTS; n++) {
        const at = began + n * EVERY
        await setTimeout(Math.max(0, at - wallClock()))
        const card = n % CARDS
        const value = (values.get(card) ?? 0) + 1
        values.set(card, value)
        truth.set(names[card] ?? '', value)
        sent.push({ card, value, at })
        await publish(names[card] ?? '')
      }
      const arrival = ({ card, value }: (typeof sent)[number]) =>
        stream.events
          .slice(from)
          .find(
            ({ name, data }) => name === 'widget' && idOf.get(data.id) === card && data.data?.value >= value,
          )?.at
      while (
        sent.some((one) => arrival(one) === undefined) &&
        wallClock() - began < EVENTS * EVERY + PATIENCE
      )
        await setTimeout(100)
      times.next()
      for (const one of sent) times.add((arrival(one) ?? one.at + PATIENCE) - one.at)
    }

    async function measure() {
      const times = repeated()
      const from = stream.events.length
      const began = wallClock()
      const spent = watchCpu(productProcesses(product))
      for (let n = 0; n < REPEATS; n++) await repeat(times)
      const age = oldest(stream.events.slice(from), aging)
      return { times, age, cpu: cpu(spent(), (wallClock() - began) / 1_000) }
    }

    await repeat(repeated())
    const alone = await measure()
    for (let n = 0; n < HANGING / HUB; n++) {
      const widgets = Array.from({ length: HUB }, (_, card) =>
        numberWidget(hanging.url(`${n}-${card}`), 'nothing'),
      )
      await put(`hanging${n}`, hubOf('Hanging', widgets))
    }
    const hubs = Array.from({ length: HANGING / HUB }, (_, n) => `hub=hanging${n}`)
    streams.push(await openSse(`${product.url}/api/v1/stream?${hubs.join('&')}`))
    const beside = await measure()
    const ratio = beside.times.at(95) / alone.times.at(95)
    return [
      {
        what: 'event to card beside 2,000 watched cards of a host that hangs, ratio of p95 to alone',
        target: '<= 1.5',
        measured: `${figure(ratio)}; ${beside.times.inWords(50, 95)} (alone ${alone.times.inWords(50, 95)})`,
        met: ratio <= 1.5,
        details: [
          percentiles('Beside them', beside.times),
          percentiles('Alone', alone.times),
          `Beside them: ${beside.cpu} Alone: ${alone.cpu}`,
          `Of the same type, at a host that answers. Connections the host was asked on at a time: at most ${hanging.most()}, at the end ${hanging.open()}.`,
        ],
      },
      {
        what: `the same: oldest that a card became which is loaded every ${MAX_AGE} s`,
        target: 'as alone',
        measured: `${inWords(spreadOf(beside.age))} s; alone ${inWords(spreadOf(alone.age))} s`,
        met: spreadOf(beside.age).most <= spreadOf(alone.age).most + 1,
      },
    ]
  } finally {
    for (const stream of streams) stream.close()
    await nats.close()
    await product.stop()
    await Promise.all([truth.close(), hanging.close()])
  }
}

/** Seconds to which each card aged at most: from when what it showed was loaded until the next came, or until now. */
function oldest(events: SseClient['events'], ids: ReadonlySet<string>): readonly number[] {
  const until = wallClock()
  const shown = new Map<string, number>()
  const ages = new Map<string, number>([...ids].map((id) => [id, 0]))
  const note = (id: string, at: number) => {
    const before = shown.get(id)
    if (before !== undefined) ages.set(id, Math.max(ages.get(id) ?? 0, (at - before) / 1_000))
  }
  for (const { name, data, at } of events) {
    if (name !== 'widget' || !ids.has(data.id)) continue
    note(data.id, at)
    if (data.checkedAt) shown.set(data.id, data.checkedAt)
  }
  for (const id of ids) note(id, until)
  // One that was never loaded again has aged all the while.
  const [first] = events
  for (const id of ids) if (!shown.has(id) && first) ages.set(id, (until - first.at) / 1_000)
  return [...ages.values()]
}

/** A host that takes every connection and never answers. */
async function openHanging() {
  const sockets = new Set<Socket>()
  let most = 0
  const server = createServer(() => {})
  server.on('connection', (socket) => {
    sockets.add(socket)
    most = Math.max(most, sockets.size)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (name: string) => `http://127.0.0.1:${port}/${name}`,
    most: () => most,
    open: () => sockets.size,
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
