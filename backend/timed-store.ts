import { type Durations, openDurations } from './base/durations.ts'

/** How long calls of stores take; `outcome` is `done` or `failed`. */
export type StoreDurations = Durations<'store' | 'call' | 'outcome'>

export function storeDurations(): StoreDurations {
  return openDurations({
    name: 'store_call_duration_seconds',
    help: 'Time the cache and the bus took to answer.',
    labels: ['store', 'call', 'outcome'],
  })
}

/** A store whose calls are measured: those that answer by a promise, whatever else it does. */
export function timedStore<Store extends object>(
  store: Store,
  name: string,
  durations: StoreDurations,
): Store {
  const timed = new Map<PropertyKey, unknown>()

  function measured(call: string, verb: (...given: unknown[]) => unknown): unknown {
    return (...given: unknown[]) => {
      const began = performance.now()
      const answer = verb.apply(store, given)
      if (!(answer instanceof Promise)) return answer
      const end = (outcome: string) =>
        durations.observe({ store: name, call, outcome }, performance.now() - began)
      // Beside its own way, so that who waits for it waits no longer.
      answer.then(
        () => end('done'),
        () => end('failed'),
      )
      return answer
    }
  }

  return new Proxy(store, {
    get(of, property) {
      const value: unknown = Reflect.get(of, property, of)
      if (typeof value !== 'function') return value
      let verb = timed.get(property)
      if (!verb) {
        verb = measured(String(property), value as (...given: unknown[]) => unknown)
        timed.set(property, verb)
      }
      return verb
    },
  })
}
