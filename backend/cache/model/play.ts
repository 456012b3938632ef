import type { Step } from './history.ts'
import { createHubs, keysIn } from './hubs.ts'
import { createLedger } from './ledger.ts'
import { createLoads } from './loads.ts'
import type { ModelStore } from './store.ts'
import { createStreams } from './streams.ts'
import { createTriage } from './triage.ts'
import { createWorld, keys, PERIOD } from './world.ts'

/** Plays a history, checking after each step; then lets everything settle and checks the end. */
export async function play(store: ModelStore, history: readonly Step[]): Promise<void> {
  const run = await createRun(store)
  try {
    for (const operation of history) await run.step(operation)
    await run.settle()
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

  async function act(operation: Step): Promise<unknown> {
    switch (operation.do) {
      case 'publish':
        return world.write(operation.key)
      case 'deliver':
        return triage.deliver(operation.nth, operation.daemon, operation.how)
      case 'take':
        return triage.take(operation.nth, operation.daemon)
      case 'finish':
        return triage.finish(operation.nth)
      case 'replay':
        return triage.replay(operation.daemon)
      case 'restart':
        return triage.restart(operation.daemon)
      case 'index':
        return triage.index(operation.daemon)
      case 'note':
        return triage.note(operation.daemon)
      case 'edit':
        return hubs.edit(operation.hub, operation.widget, operation.key)
      case 'work':
        return loads.work(operation.limit)
      case 'claim':
        return loads.claim(operation.limit)
      case 'unclaim':
        return loads.unclaim(operation.limit, operation.ms)
      case 'acquire':
        return loads.acquire(operation.key)
      case 'look':
        return loads.look(operation.nth)
      case 'commit':
        return loads.commit(operation.nth)
      case 'fail':
        return loads.fail(operation.nth, operation.retryAfter)
      case 'breakDown':
        return world.fail(operation.key, operation.retryAfter)
      case 'recover':
        return world.recover(operation.key)
      case 'crash':
        return loads.crash(operation.nth)
      case 'release':
        return loads.release(operation.nth)
      case 'extend':
        return loads.extend(operation.nth)
      case 'pass':
        return store.advance(operation.ms)
      case 'want':
        return store.cache.read([operation.key], { want: true })
      case 'pulse':
        await store.cache.pulse(`p${operation.nth % 2}`, store.now(), 2000)
        return store.cache.lastPulse()
      case 'open':
        return streams.open(operation.browser, operation.node)
      case 'connect':
        return streams.connect(operation.browser, operation.node)
      case 'proceed':
        return streams.proceed(operation.browser)
      case 'write':
        return streams.write(operation.browser, operation.count)
      case 'cut':
        return streams.cut(operation.browser)
      case 'renew':
        return streams.renew(operation.browser)
      case 'refetch':
        return streams.refetch(operation.browser)
      case 'arrive':
        return streams.arrive(operation.browser)
      case 'poll':
        return streams.poll(operation.node)
      case 'learn':
        return streams.learn(operation.node)
      case 'flush':
        return store.flush()
      case 'lag':
        return store.lag?.()
      case 'failOver':
        return store.failOver?.()
      case 'fallBack':
        return store.fallBack?.()
    }
  }

  async function step(operation: Step): Promise<void> {
    await act(operation)
    if (elsewhere.has(operation.do)) return
    const { now, entries } = await store.cache.read(keys)
    ledger.check(entries, now)
  }

  /** Late loads give their results, all is delivered, everybody is connected. */
  async function settle(): Promise<void> {
    await loads.settle()
    for (const key of keys) world.recover(key)
    await triage.settle()
    // Before interest is renewed, which would make forgotten keys due again.
    await loads.drain()
    await streams.settle()
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

  return { step, settle, follow, stop: triage.stop }
}
