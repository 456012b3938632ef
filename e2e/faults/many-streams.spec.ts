import { setTimeout as rest } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openSse, type SseClient } from '#testing/sse.ts'
import { openStores, type RealStores } from '#testing/stores.ts'
import { printTimes, wallClock } from '#testing/times.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { writeSection } from '../../scripts/page-section.ts'

const long = process.env.FAULTS === 'all'
const STREAMS = long ? 10_000 : 500
/** Streams being opened at a time. */
const AT_ONCE = 64
/** Milliseconds over which clients that were cut off together come back. */
const SPREAD = 3_000
/** Events a second while a client does not read, and for how many seconds. */
const RATE = 1_000
const SECONDS = long ? 60 : 8
/** Other clients, whose delays are measured. */
const OTHERS = 20

test.describe.configure({ timeout: 600_000 })

/** Figures of each test, for docs/reliability.md. */
const told: string[] = []

let stores: RealStores
let truth: Truth
let front: RunningProduct
let daemon: RunningProduct

test.beforeAll(async () => {
  ;[truth, stores] = await Promise.all([openTruth(), openStores()])
  const env = { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' }
  front = await startProduct({ mode: 'real', roles: 'web,stream', stores, env })
  daemon = await startProduct({ mode: 'real', roles: 'daemon', stores, env })
})
test.afterAll(async () => {
  await Promise.all([front?.stop(), daemon?.stop()])
  await stores?.stop()
  await truth?.close()
  if (process.env.FAULTS_WRITE && told.length === 3)
    writeSection('reliability.md', 'many-streams', told.map((line) => `- ${line}`).join('\n'))
})

/** A hub of numbers, all 0; gives the address of its stream. */
async function putHub(slug: string, names: readonly string[]): Promise<string> {
  for (const name of names) truth.set(name, 0)
  const widgets = names.map((name) => numberWidget(truth.url(name), name))
  await api(front.url).put(slug, hubOf(slug, widgets))
  return `${front.url}/api/v1/stream?hub=${slug}`
}

/** The newest number of each widget that a client was sent. */
function numbersOf(clients: readonly SseClient[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  for (const { events } of clients)
    for (const { name, data } of events)
      if (name === 'widget' && data.data) numbers.set(data.id, data.data.value)
  return numbers
}

async function openAll(count: number, open: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const openOnAndOn = async (): Promise<void> => {
    while (next < count) await open(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, openOnAndOn))
}

test(`${STREAMS} streams dropped at once come back and lack nothing`, async () => {
  const names = ['storm.a', 'storm.b', 'storm.c']
  const url = await putHub('storm', names)
  const before: SseClient[] = []
  await openAll(STREAMS, async (n) => {
    before[n] = await openSse(url)
  })
  const shows = (clients: readonly SseClient[], value: number): boolean => {
    const numbers = numbersOf(clients)
    return numbers.size === names.length && [...numbers.values()].every((number) => number === value)
  }
  const settled = (clients: (n: number) => readonly SseClient[], value: number) =>
    expect.poll(() => before.filter((_, n) => !shows(clients(n), value)).length, { timeout: 120_000 }).toBe(0)
  await settled((n) => [before[n] as SseClient], 0)
  const loads = names.map((name) => truth.loads(name))

  for (const client of before) client.close()
  for (const name of names) {
    truth.set(name, 1)
    await api(front.url).publish(name)
  }
  const after: SseClient[] = []
  const cut = performance.now()
  await Promise.all(
    before.map(async ({ lastId }, n) => {
      await rest(Math.random() * SPREAD)
      after[n] = await openSse(url, lastId === undefined ? {} : { lastEventId: lastId })
    }),
  )
  await settled((n) => [before[n] as SseClient, after[n] as SseClient], 1)
  const took = ((performance.now() - cut) / 1_000).toFixed(2)
  const line = `${STREAMS.toLocaleString('en')} streams dropped at once, each back within ${SPREAD / 1_000} s of its own choosing: all current after ${took} s`
  console.log(line)
  // Nobody had to begin anew, and what came back caused no load.
  expect(after.filter(({ events }) => events.some(({ name }) => name === 'resync'))).toEqual([])
  expect(names.map((name) => truth.loads(name))).toEqual(loads.map((count) => count + 1))
  for (const client of after) client.close()
  told.push(line)
})

test(`a client that reads nothing for ${SECONDS} s at ${RATE} events/s holds nobody up and lacks nothing`, async () => {
  const names = Array.from({ length: 10 }, (_, n) => `slow.${n}`)
  const url = await putHub('slow', names)
  const [slow, ...others] = await Promise.all(Array.from({ length: OTHERS + 1 }, () => openSse(url)))
  if (!slow) throw new Error('no client')
  const bus = await connect({ servers: stores.nats.url })
  /** When each value was the truth first. */
  const since: number[] = []
  let value = 0

  /** Changes the truth at the rate, whatever the machine can do; gives how long each number took to reach the others. */
  async function run(seconds: number): Promise<readonly number[]> {
    const marks = others.map(({ events }) => events.length)
    const began = performance.now()
    for (let sent = 0; sent < seconds * RATE; ) {
      for (const due = Math.floor(((performance.now() - began) / 1_000) * RATE); sent < due; sent++) {
        const name = names[sent % names.length] ?? ''
        value += 1
        since[value] = wallClock()
        truth.set(name, value)
        bus.publish(`events.${name}`, '{}')
      }
      await rest(2)
    }
    await bus.flush()
    return others.flatMap(({ events }, n) =>
      events
        .slice(marks[n])
        .filter(({ name }) => name === 'widget')
        .flatMap(({ at, data }) => {
          // Unknown of what was the truth before any event.
          const changed = since[data.data?.value]
          return changed === undefined ? [] : [at - changed]
        }),
    )
  }

  const usual = await run(4)
  slow.pause()
  const during = await run(SECONDS)
  const beside = `${RATE.toLocaleString('en')} events/s, from the event to another client`
  const lines = [
    printTimes(`${beside} while all read`, usual),
    printTimes(`${beside} while one reads nothing for ${SECONDS} s`, during),
  ]
  // Nobody waited for it: each of the others has what was changed while it read nothing.
  expect(during.length).toBeGreaterThan(SECONDS * OTHERS)
  for (const other of others) expect(Math.max(...numbersOf([other]).values())).toBeGreaterThan(value - RATE)

  slow.resume()
  const truths = new Map(names.map((_, n) => [n, value - names.length + 1 + n]))
  const complete = (numbers: ReadonlyMap<string, number>) =>
    JSON.stringify([...numbers.values()].sort((a, b) => a - b)) === JSON.stringify([...truths.values()])
  const again: SseClient[] = []
  await expect
    .poll(
      async () => {
        // Cut off, it does what every client does.
        if (slow.closed && again.length === 0)
          again.push(await openSse(url, slow.lastId === undefined ? {} : { lastEventId: slow.lastId }))
        return complete(numbersOf([slow, ...again]))
      },
      { timeout: 120_000 },
    )
    .toBe(true)
  await bus.close()
  for (const client of [slow, ...others, ...again]) client.close()
  told.push(...lines)
})
