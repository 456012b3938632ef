import type { Cache } from '../cache.ts'
import type { Key } from '../version.ts'
import { LEASE } from './loader.ts'
import type { ObservedVerbs, OpenLoad } from './observed-verbs.ts'
import { type Act, keys } from './rounds.ts'

/** Milliseconds, far longer than a history takes. */
export const WATCH = 3_600_000

/** What clients do, among them loads that one begins and another ends. */
export interface ClientActs {
  perform(cache: Cache, act: Act): Promise<unknown>
  /** Loads all that is due; says how many keys were claimed. */
  work(cache: Cache, limit: number): Promise<number>
  /** Ends the loads that are still open, each by the client that `by` names. */
  commitOpen(by: (n: number) => Cache): Promise<unknown>
}

export function clientActs(verbs: ObservedVerbs, now: () => number): ClientActs {
  const open: OpenLoad[] = []
  const take = (nth: number) => open.splice(nth % Math.max(1, open.length), 1)[0]

  async function load(cache: Cache, key: Key, slow: boolean): Promise<void> {
    const begun = await verbs.begin(cache, key)
    if (begun && slow) await verbs.extend(cache, begun)
    if (begun) await verbs.commit(cache, begun)
  }

  async function work(cache: Cache, limit: number): Promise<number> {
    const { keys: claimed } = await cache.claim(limit, LEASE)
    await Promise.all(claimed.map((each) => load(cache, each, false)))
    return claimed.length
  }

  /** With one of the open loads, if there is any. */
  async function end(nth: number, act: (load: OpenLoad) => Promise<void>): Promise<void> {
    const taken = take(nth)
    if (taken) await act(taken)
  }

  async function perform(cache: Cache, act: Act): Promise<unknown> {
    switch (act.do) {
      case 'publish':
        return verbs.publish(cache, act.key)
      case 'load':
        return load(cache, act.key, act.slow)
      case 'work':
        return work(cache, act.limit)
      case 'read':
        return verbs.read(cache, act.want)
      case 'watch':
        return cache.interest(keys, WATCH)
      case 'pulse':
        return cache.pulse(`p${act.nth}`, now(), 2000)
      case 'acquire': {
        const begun = await verbs.begin(cache, act.key)
        return begun && open.push(begun)
      }
      case 'commit':
        return end(act.nth, (taken) => verbs.commit(cache, taken))
      case 'fail':
        return end(act.nth, (taken) => verbs.fail(cache, taken))
      case 'release':
        return end(act.nth, (taken) => verbs.release(cache, taken))
      case 'extend':
        return end(act.nth, async (taken) => {
          await verbs.extend(cache, taken)
          open.push(taken)
        })
    }
  }

  return {
    perform,
    work,
    commitOpen: (by) => Promise.all(open.splice(0).map((each, n) => verbs.commit(by(n), each))),
  }
}
