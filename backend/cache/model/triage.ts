import type { Key } from '../version.ts'
import { createMark, type ModelDaemon, startDaemon } from './daemon.ts'
import type { Hubs } from './hubs.ts'
import type { Ledger } from './ledger.ts'
import type { Loads } from './loads.ts'
import type { ModelStore } from './store.ts'
import type { ModelWorld, PublishedEvent } from './world.ts'

/** Milliseconds of the bus that are triaged again after the cache has lost its past. */
const WINDOW = 60_000

/** Two daemons that take events off one bus. */
export interface ModelTriage {
  /** From bus to ack in one step, unless it ends before: with the event logged, or with all done but the ack. */
  deliver(nth: number, daemon: number, how: 'ack' | 'repeat' | 'crash'): Promise<void>
  /** The same in two: the event is matched now and acknowledged when it is finished. */
  take(nth: number, daemon: number): void
  finish(nth: number): Promise<void>
  replay(daemon: number): Promise<void>
  /** It crashes with what it had taken, and begins again. */
  restart(daemon: number): Promise<void>
  /** It takes in the next change of hubs, if there is one. */
  index(daemon: number): Promise<boolean>
  note(daemon: number): Promise<void>
  /** All is indexed and acknowledged. */
  finishAll(): Promise<void>
  stop(): void
}

interface Taken {
  readonly daemon: number
  readonly event: PublishedEvent
  readonly keys: readonly Key[]
}

export async function createTriage(given: {
  readonly store: ModelStore
  readonly world: ModelWorld
  readonly ledger: Ledger
  readonly hubs: Hubs
  readonly loads: Pick<Loads, 'leases' | 'begin'>
}): Promise<ModelTriage> {
  const { store, world, ledger, hubs, loads } = given
  const mark = createMark()
  let taken: readonly Taken[] = []

  const cache = {
    async invalidate(...given: Parameters<ModelStore['cache']['invalidate']>) {
      const [marks] = given
      const done = await store.cache.invalidate(...given)
      for (const { key } of marks) ledger.invalidated(key)
      return done
    },
  }
  const start = () => startDaemon({ cache, hubs, mark })
  const daemons = [await start(), await start()]
  const daemon = (n: number) => daemons[n % daemons.length] as ModelDaemon
  const pick = <T>(list: readonly T[], nth: number): T | undefined => list[nth % Math.max(1, list.length)]

  async function invalidate({ id, hasCapacity }: PublishedEvent, matched: readonly Key[]): Promise<void> {
    if (matched.length === 0) return
    const marks = matched.map((key) => ({ key, cause: { id, topic: 'changed' } }))
    if (!hasCapacity) return void (await cache.invalidate(marks))
    const leases = loads.leases(matched)
    const { granted } = await cache.invalidate(marks, leases)
    await loads.begin(leases, granted)
  }

  async function deliver(nth: number, by: number, how: 'ack' | 'repeat' | 'crash'): Promise<void> {
    const event = pick(world.bus, nth)
    if (!event) return
    const matched = daemon(by).match(event)
    world.log(event)
    if (how === 'crash') return
    await invalidate(event, matched)
    if (how === 'ack') world.acknowledge(event, store.now())
  }

  async function finish(nth: number): Promise<void> {
    const ending = pick(taken, nth)
    if (!ending) return
    taken = taken.filter((other) => other !== ending)
    world.log(ending.event)
    await invalidate(ending.event, ending.keys)
    world.acknowledge(ending.event, store.now())
  }

  return {
    deliver,
    take(nth, by) {
      const event = pick(world.bus, nth)
      if (event) taken = [...taken, { daemon: by, event, keys: daemon(by).match(event) }]
    },
    finish,
    async replay(by) {
      for (const event of world.acknowledged(store.now() - WINDOW))
        await invalidate(event, daemon(by).match(event))
    },
    async restart(by) {
      // What a daemon acknowledged before it knew a widget that others have noted is lost for it when it ends just then.
      if (!(await daemon(by).upToMark())) return
      taken = taken.filter((other) => other.daemon !== by)
      daemon(by).stop()
      daemons[by] = await start()
    },
    index: (by) => daemon(by).learn(),
    note: (by) => daemon(by).note(),
    async finishAll() {
      while (taken.length > 0) await finish(0)
      while (world.bus.length > 0) await deliver(0, world.bus.length, 'ack')
      for (const each of daemons) while (await each.learn());
    },
    stop() {
      for (const each of daemons) each.stop()
    },
  }
}
