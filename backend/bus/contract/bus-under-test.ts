import { afterEach, beforeEach } from 'vitest'
import type { Bus, DeliveredMessage, StoredMessage } from '../bus.ts'
import { receiveFrom } from './messages.ts'

/** What a bus lies on: everything opened over one storage shares its messages. */
export interface BusStorage {
  open(options: { readonly ackWait: number }): Promise<Bus>
  end(): Promise<void>
}

export type BusUnderTest = ReturnType<typeof eachWithBus>

/** For each test a storage of its own and a bus on it, as most tests use them. */
export function eachWithBus(create: () => Promise<BusStorage>) {
  let storage: BusStorage
  let first: Bus
  let controller: AbortController
  const opened: Bus[] = []
  // Each test has a bus of its own, and all name it the same.
  const bus = new Proxy({} as Bus, { get: (_, verb) => Reflect.get(first, verb) })

  async function open(ackWait = 30_000): Promise<Bus> {
    const another = await storage.open({ ackWait })
    opened.push(another)
    return another
  }

  beforeEach(async () => {
    storage = await create()
    controller = new AbortController()
    first = await open()
  })
  afterEach(async () => {
    controller.abort()
    for (const each of opened.splice(0)) await each.close()
    await storage.end()
  })

  const consume = (from: Bus, max: number): AsyncIterator<readonly DeliveredMessage[]> =>
    from.consume({ max, signal: controller.signal })[Symbol.asyncIterator]()

  return {
    bus,
    /** Another process on the same storage. */
    open,
    consume,
    receive: (from: Bus, count: number) => receiveFrom(consume(from, count), count),
    async replay(from: Bus, time: number): Promise<StoredMessage[]> {
      const all: StoredMessage[] = []
      for await (const batch of from.replay(time, controller.signal)) all.push(...batch)
      return all
    },
    /** Of the test: it ends its consumers. */
    stop: {
      get signal() {
        return controller.signal
      },
      abort: () => controller.abort(),
    },
  }
}
