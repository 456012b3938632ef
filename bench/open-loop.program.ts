import { connect as connectTo } from 'node:net'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { createParser } from 'eventsource-parser'
import { Redis } from 'ioredis'
import { monotonic } from './clock.ts'
import { pace } from './pace.ts'
import { answer } from './verbs.ts'

export interface OpenLoop {
  readonly events: number
  /** Milliseconds between two. */
  readonly every: number
  /** The watched widgets `bench.live.<n>` that the events concern in turn. */
  readonly live: number
  /** Whether a round trip to Redis is timed between every two events. */
  readonly trips: boolean
}

/** Milliseconds, an event or trip each. */
export interface OpenLoopTimes {
  /** From when each event was due to be published until its frame was here. */
  readonly latencies: Float64Array
  /** How late each was published. */
  readonly lateness: Float64Array
  /** Round trips, from when they were due. */
  readonly trips: Float64Array
  /** From when the first was due until the frame of the last was here. */
  readonly took: number
}

/** Milliseconds without any frame after which what has not come is lost. */
const LOST = 10_000

let nats: NatsConnection | undefined
let redis: Redis | undefined
/** Told of each frame: events of a widget up to number `n` are answered. */
let heard: (widget: number, n: number) => void = () => {}
let published = 0

/** The events behind a frame, newest last; their ids are numbers. */
function takeFrame(data: string): void {
  const frame = JSON.parse(data) as { id: string; cause?: readonly string[] }
  const newest = frame.cause?.at(-1)
  if (newest !== undefined) heard(Number(frame.id.slice('live'.length)), Number(newest))
}

async function openStream(url: string): Promise<void> {
  const { hostname, port, pathname, search } = new URL(url)
  const parser = createParser({ onEvent: ({ event, data }) => event === 'widget' && takeFrame(data) })
  const socket = connectTo({ host: hostname, port: Number(port), noDelay: true }).setEncoding('latin1')
  // HTTP/1.0: the body comes without chunks.
  socket.write(`GET ${pathname}${search} HTTP/1.0\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`)
  socket.once('close', () => process.exit(1))
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.on('data', (chunk) => parser.feed(String(chunk)))
}

async function run({ events, every, live, trips }: OpenLoop): Promise<OpenLoopTimes> {
  const latencies = new Float64Array(events)
  const lateness = new Float64Array(events)
  const roundTrips: number[] = []
  const waiting = Array.from({ length: live }, (): { n: number; due: number; id: number }[] => [])
  let first = 0
  let last = monotonic()
  let left = events
  let done = (): void => {}
  const all = new Promise<void>((resolve) => {
    done = resolve
  })
  heard = (widget, newest) => {
    last = monotonic()
    const mine = waiting[widget]
    while (mine?.[0] && mine[0].id <= newest) {
      const { n, due } = mine.shift() as { n: number; due: number }
      latencies[n] = last - due
      left -= 1
    }
    if (left === 0) done()
  }
  const publish = (n: number, due: number) => {
    first ||= due
    const id = published++
    const widget = id % live
    waiting[widget]?.push({ n, due, id })
    lateness[n] = monotonic() - due
    nats?.publish(`events.bench.live.${widget}`, eventOf(id, widget))
  }
  const trip = (due: number) => void redis?.ping().then(() => roundTrips.push(monotonic() - due))
  if (trips) await pace(events * 2, every / 2, (n, due) => (n % 2 === 0 ? publish(n / 2, due) : trip(due)))
  else await pace(events, every, publish)
  last = monotonic()
  const watch = setInterval(() => monotonic() - last > LOST && done(), 500)
  await all
  clearInterval(watch)
  if (left > 0) throw new Error(`${left} of ${events} events never reached the stream.`)
  return { latencies, lateness, trips: Float64Array.from(roundTrips), took: last - first }
}

const eventOf = (id: number, widget: number) =>
  JSON.stringify({
    specversion: '1.0',
    id: String(id),
    source: 'bench',
    type: 'bench',
    topic: `bench.live.${widget}`,
    data: {},
  })

const verbs = {
  async open(urls: { nats: string; redis: string; stream: string }): Promise<void> {
    nats = await connect({ servers: urls.nats })
    redis = new Redis(urls.redis)
    await redis.ping()
    await openStream(urls.stream)
  },
  run,
}
export type OpenLoopVerbs = typeof verbs

answer(verbs)
