import { once } from 'node:events'
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream'
import { connect, createInbox, type NatsConnection, nanos } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { monotonic } from './clock.ts'
import { answer } from './verbs.ts'

/** What an event cannot do without on its way, each by itself, with nothing of ours: milliseconds a try. */
export interface Hops {
  /** From publishing on NATS until a pull consumer has the message. */
  readonly bus: Float64Array
  /** A script on Redis that does nothing. */
  readonly script: Float64Array
  /** From XADD until a blocked XREAD on another connection has the entry. */
  readonly feed: Float64Array
  /** From a write until the other end of the socket has it. */
  readonly socket: Float64Array
}

const STREAM = 'HOPS'
const EVENTS = 'hops'
const FEED = 'hops'
const NOTHING = 'return 1'

/** Resolves when it is done: with how long it took when that is less than the whole. */
type Hop = () => Promise<unknown>

async function busHop(nats: NatsConnection): Promise<Hop> {
  const manager = await jetstreamManager(nats)
  await manager.streams.add({ name: STREAM, subjects: [EVENTS] })
  await manager.consumers.add(STREAM, { durable_name: 'c', ack_policy: AckPolicy.Explicit })
  const inbox = createInbox()
  let arrived = (): void => {}
  const ask = () =>
    nats.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.c`,
      JSON.stringify({ batch: 1, expires: nanos(30_000) }),
      { reply: inbox },
    )
  nats.subscribe(inbox, {
    callback(_, message) {
      message.respond('+ACK')
      ask()
      arrived()
    },
  })
  ask()
  return () =>
    new Promise<void>((resolve) => {
      arrived = resolve
      nats.publish(EVENTS, '{}')
    })
}

async function feedHop(url: string): Promise<Hop> {
  const [writer, reader] = [new Redis(url), new Redis(url)]
  let cursor = '0-0'
  return async () => {
    const reading = reader.xread('BLOCK', 0, 'STREAMS', FEED, cursor)
    // The reader waits before the time begins.
    await writer.ping()
    const began = monotonic()
    void writer.xadd(FEED, '*', 'entry', 'x'.repeat(200))
    const [[, entries] = []] = (await reading) ?? []
    const took = monotonic() - began
    cursor = entries?.at(-1)?.[0] ?? cursor
    return took
  }
}

async function socketHop(): Promise<Hop> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connectTo({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true })
  const [writer] = (await once(server, 'connection')) as [Socket]
  writer.setNoDelay(true)
  return async () => {
    const here = once(client, 'data')
    writer.write('x'.repeat(300))
    await here
  }
}

async function timed(hop: Hop, count: number, every: number): Promise<Float64Array> {
  const times = new Float64Array(count)
  for (let n = 0; n < count; n++) {
    await setTimeout(every)
    const began = monotonic()
    const took = await hop()
    times[n] = typeof took === 'number' ? took : monotonic() - began
  }
  return times
}

let hops: Readonly<Record<keyof Hops, Hop>> | undefined

const verbs = {
  async open(urls: { nats: string; redis: string }): Promise<void> {
    const redis = new Redis(urls.redis)
    const hash = String(await redis.script('LOAD', NOTHING))
    hops = {
      bus: await busHop(await connect({ servers: urls.nats })),
      async script() {
        await redis.evalsha(hash, 0)
      },
      feed: await feedHop(urls.redis),
      socket: await socketHop(),
    }
  },
  async run({ count, every }: { count: number; every: number }): Promise<Hops> {
    if (!hops) throw new Error('Not open.')
    return {
      bus: await timed(hops.bus, count, every),
      script: await timed(hops.script, count, every),
      feed: await timed(hops.feed, count, every),
      socket: await timed(hops.socket, count, every),
    }
  },
}
export type HopsVerbs = typeof verbs

answer(verbs)
