import type { Step } from './history.ts'
import type { Hubs } from './hubs.ts'
import type { Loads } from './loads.ts'
import type { ModelStore } from './store.ts'
import type { Streams } from './streams.ts'
import type { ModelTriage } from './triage.ts'
import type { ModelWorld } from './world.ts'

export interface ModelParts {
  readonly store: ModelStore
  readonly world: ModelWorld
  readonly hubs: Hubs
  readonly loads: Loads
  readonly triage: ModelTriage
  readonly streams: Streams
}

/** Carries out one step of a history, each by the part of the model that it concerns. */
export async function performStep(parts: ModelParts, step: Step): Promise<unknown> {
  const { store, world, hubs, loads, triage, streams } = parts
  switch (step.do) {
    case 'publish':
      return world.write(step.key)
    case 'deliver':
      return triage.deliver(step.nth, step.daemon, step.how)
    case 'take':
      return triage.take(step.nth, step.daemon)
    case 'finish':
      return triage.finish(step.nth)
    case 'replay':
      return triage.replay(step.daemon)
    case 'restart':
      return triage.restart(step.daemon)
    case 'index':
      return triage.index(step.daemon)
    case 'note':
      return triage.note(step.daemon)
    case 'edit':
      return hubs.edit(step.hub, step.widget, step.key)
    case 'work':
      return loads.work(step.limit)
    case 'claim':
      return loads.claim(step.limit)
    case 'unclaim':
      return loads.unclaim(step.limit, step.ms)
    case 'acquire':
      return loads.acquire(step.key)
    case 'look':
      return loads.look(step.nth)
    case 'commit':
      return loads.commit(step.nth)
    case 'fail':
      return loads.fail(step.nth, step.retryAfter)
    case 'breakDown':
      return world.fail(step.key, step.retryAfter)
    case 'recover':
      return world.recover(step.key)
    case 'crash':
      return loads.crash(step.nth)
    case 'release':
      return loads.release(step.nth)
    case 'extend':
      return loads.extend(step.nth)
    case 'pass':
      return store.advance(step.ms)
    case 'want':
      return store.cache.read([step.key], { want: true })
    case 'pulse':
      await store.cache.pulse(`p${step.nth % 2}`, store.now(), 2000)
      return store.cache.lastPulse()
    case 'open':
      return streams.open(step.browser, step.node)
    case 'connect':
      return streams.connect(step.browser, step.node)
    case 'proceed':
      return streams.proceed(step.browser)
    case 'write':
      return streams.write(step.browser, step.count)
    case 'cut':
      return streams.cut(step.browser)
    case 'renew':
      return streams.renew(step.browser)
    case 'refetch':
      return streams.refetch(step.browser)
    case 'arrive':
      return streams.arrive(step.browser)
    case 'poll':
      return streams.poll(step.node)
    case 'learn':
      return streams.learn(step.node)
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
