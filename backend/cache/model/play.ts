import type { Step } from './history.ts'
import { createHubs, keysIn } from './hubs.ts'
import { createLedger } from './ledger.ts'
import { createLoads } from './loads.ts'
import { performStep } from './steps.ts'
import type { ModelStore } from './store.ts'
import { createStreams } from './streams.ts'
import { createTriage } from './triage.ts'
import { createWorld, keys, PERIOD } from './world.ts'

/** Plays a history, checking after each step; then lets everything come to rest and checks the end. */
export async function play(store: ModelStore, history: readonly Step[]): Promise<void> {
  const run = await createRun(store)
  try {
    for (const next of history) await run.step(next)
    await run.quiesce()
    // What changes by time alone must follow too.
    await store.advance(PERIOD)
    await run.follow()
  } finally {
    run.stop()
  }
}

/** What leaves the cache as it was. */
const elsewhere: ReadonlySet<Step['do']> = new Set([
  ...(['publish', 'take', 'note', 'edit', 'look', 'breakDown', 'recover', 'crash'] as const),
  ...(['write', 'cut', 'refetch', 'arrive', 'poll', 'learn', 'lag'] as const),
])

async function createRun(store: ModelStore) {
  await store.leaveReplica?.()
  await store.flush()
  // Steps of time then fall alike on the boundaries of the clock in every history.
  await store.advance(1_000_000 - (store.now() % 1_000_000))
  const world = createWorld()
  const ledger = createLedger()
  const hubs = createHubs()
  const loads = createLoads({ store, world, ledger, hubs })
  const triage = await createTriage({ store, world, ledger, hubs, loads })
  const streams = await createStreams(store, hubs)

  async function step(next: Step): Promise<void> {
    await performStep({ store, world, hubs, loads, triage, streams }, next)
    if (elsewhere.has(next.do)) return
    const { now, entries } = await store.cache.read(keys)
    ledger.check(entries, now)
  }

  /** Late loads give their results, all is delivered, everybody is connected. */
  async function quiesce(): Promise<void> {
    await loads.finishLate()
    for (const key of keys) world.recover(key)
    await triage.finishAll()
    // Before interest is renewed, which would make forgotten keys due again.
    await loads.drain()
    await streams.connectAll()
    await follow()
  }

  async function follow(): Promise<void> {
    await streams.serve()
    await loads.drain()
    await streams.serve()
    await checkEnd()
  }

  async function checkEnd(): Promise<void> {
    const { now, entries } = await store.cache.read(keysIn(hubs.latest))
    for (const { key, fresh, data } of entries) {
      const truth = world.truth(key, now).data
      if (!fresh) throw new Error(`I6: ${key}: watched, not fresh, and not due`)
      if (data !== truth) throw new Error(`I1: ${key}: fresh with ${data}, the source has ${truth}`)
    }
    await streams.checkEnd()
  }

  return { step, quiesce, follow, stop: triage.stop }
}
