import { type JetStreamClient, jetstream } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { answer } from './verbs.ts'
import { workloadEvent } from './workload.ts'

/** Messages after which we wait until the bus has stored them. */
const STRIDE = 500

let nats: NatsConnection | undefined
let stream: JetStreamClient | undefined

/** Resolves once all are stored. Every last of a stride is acknowledged, and with it those before, at little cost. */
async function publishAll(count: number, message: (n: number) => { topic: string; body: string }) {
  if (!nats || !stream) throw new Error('Not connected.')
  for (let n = 0; n < count; n++) {
    const { topic, body } = message(n)
    if (n % STRIDE === STRIDE - 1 || n === count - 1) await stream.publish(`events.${topic}`, body)
    else nats.publish(`events.${topic}`, body)
  }
}

const verbs = {
  async connect(servers: string): Promise<void> {
    nats = await connect({ servers })
    stream = jetstream(nats)
  },
  /** Events of the mix. */
  mix: (mix: { from: number; count: number; widgets: number; matches: number }) =>
    publishAll(mix.count, (n) => workloadEvent(mix.from + n, mix.widgets, mix.matches)),
  /** One event for each of `live` watched widgets in turn. */
  live: ({ live, from, count }: { live: number; from: number; count: number }) =>
    publishAll(count, (n) => ({ topic: `bench.live.${(from + n) % live}`, body: '{"from":"bench"}' })),
}
export type PublisherVerbs = typeof verbs

answer(verbs)
