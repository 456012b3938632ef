import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { type InspectedProduct, startInspected } from './inspected.ts'
import type { Processes } from './processes.ts'
import { productProcesses } from './store-processes.ts'

/** The built product on real stores, with a hub of one number that an event on the bus makes stale. */
export interface WatchedHub {
  readonly product: InspectedProduct
  /** Of the hub's stream. */
  readonly streamUrl: string
  readonly truth: Truth
  /** The product's and its stores'. */
  readonly processes: Processes
  /** Changes the number, then puts the event on the bus; resolves once it is stored there. */
  change(): Promise<void>
  stop(): Promise<void>
}

export const NUMBER = 'number'

export async function openWatchedHub(): Promise<WatchedHub> {
  const truth = await openTruth()
  const product = await startInspected({
    mode: 'real',
    env: {
      HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN,
      HUBS_FETCH_ALLOW: '127.0.0.1/32',
      HUBS_STREAMS_PER_CLIENT: '20000',
      HUBS_LOG_LEVEL: 'warn',
    },
  })
  const nats = await connect({ servers: product.stores?.nats.url ?? '' })
  const bus = jetstream(nats)
  let value = 0
  truth.set(NUMBER, value)
  await api(product.url).put(
    'watched',
    hubOf('Watched', [numberWidget(truth.url(NUMBER), 'bench.number', { maxAge: 86_400 })]),
  )
  return {
    product,
    truth,
    processes: productProcesses(product),
    streamUrl: `${product.url}/api/v1/stream?hub=watched`,
    async change() {
      value += 1
      truth.set(NUMBER, value)
      await bus.publish('events.bench.number', '{"from":"bench"}')
    },
    async stop() {
      await nats.close()
      await product.stop()
      await truth.close()
    },
  }
}
