import type { Granted, LeaseRequest } from '../cache.ts'
import type { Key } from '../version.ts'
import { type Hubs, keysIn } from './hubs.ts'
import type { Builder, Ledger } from './ledger.ts'
import { createLoader, LEASE } from './loader.ts'
import type { ModelStore } from './store.ts'
import { keys, type ModelWorld, spacing } from './world.ts'

const VISIBILITY = 5000
/** Milliseconds until a key that no widget shows is looked at again. */
const UNPLACED_RETRY = 60_000

/** Loads step by step, by whichever daemon, and whole passes over what is due. */
export interface Loads {
  acquire(key: Key): Promise<void>
  /** What an invalidation is asked to lease, and the loads that begin with what it did. */
  leases(keys: readonly Key[]): LeaseRequest
  begin(leases: LeaseRequest, granted: ReadonlyMap<Key, Granted>): Promise<void>
  look(nth: number): void
  commit(nth: number): Promise<void>
  fail(nth: number, retryAfter: number | undefined): Promise<void>
  /** The daemon that held it is gone. */
  crash(nth: number): void
  release(nth: number): Promise<void>
  extend(nth: number): Promise<void>
  /** Claims and loads what is due; says how many keys were claimed. */
  work(limit: number): Promise<number>
  /** Claims and ends before it loads. */
  claim(limit: number): Promise<void>
  /** Claims what it has no room for. */
  unclaim(limit: number, ms: number): Promise<void>
  /** Daemons work while leases, retries and distances run out; then all that somebody waits for has been built. */
  drain(): Promise<void>
  /** Late loads give their results. */
  finishLate(): Promise<void>
}

export function createLoads(given: {
  readonly store: ModelStore
  readonly world: ModelWorld
  readonly ledger: Ledger
  readonly hubs: Hubs
}): Loads {
  const { store, world, ledger, hubs } = given
  const builders: Builder[] = []
  const loader = createLoader({ store, world, ledger })

  const pick = (nth: number): Builder | undefined => builders[nth % Math.max(1, builders.length)]
  const take = (nth: number): Builder | undefined => {
    const builder = pick(nth)
    if (builder) builders.splice(builders.indexOf(builder), 1)
    return builder
  }

  async function work(limit: number): Promise<number> {
    const { keys: claimed } = await store.cache.claim(limit, VISIBILITY)
    const placed = keysIn(hubs.latest)
    for (const key of claimed) {
      const builder = await loader.acquire(key)
      if (builder && placed.includes(key)) await loader.finish(builder)
      else if (builder) await loader.fail(builder, undefined, UNPLACED_RETRY)
    }
    return claimed.length
  }

  return {
    leases(keys) {
      const minIntervals = new Map(keys.map((key) => [key, spacing[key] ?? 0]))
      return { lease: loader.nextLease(), ttl: LEASE, minIntervals }
    },
    async begin({ lease }, granted) {
      const { epoch } = (await store.cache.read([])).cursor
      for (const [key, { now, failures }] of granted)
        builders.push(ledger.granted({ key, lease, epoch, grantedAt: now, failures }, LEASE))
    },
    async acquire(key) {
      const builder = await loader.acquire(key)
      if (builder) builders.push(builder)
    },
    look(nth) {
      const builder = pick(nth)
      if (builder) loader.look(builder)
    },
    async commit(nth) {
      const builder = take(nth)
      if (builder) await loader.finish(builder)
    },
    async fail(nth, retryAfter) {
      const builder = take(nth)
      if (builder) await loader.fail(builder, retryAfter)
    },
    crash: (nth) => void take(nth),
    async release(nth) {
      const builder = take(nth)
      if (!builder) return
      await store.cache.release(builder.key, builder.lease)
      ledger.released(builder)
    },
    async extend(nth) {
      const builder = pick(nth)
      if (builder && (await store.cache.extend(builder.key, builder.lease, LEASE)))
        builder.leaseUntil = store.now() + LEASE
    },
    work,
    async claim(limit) {
      await store.cache.claim(limit, VISIBILITY)
    },
    async unclaim(limit, ms) {
      const { keys: claimed } = await store.cache.claim(limit, VISIBILITY)
      await store.cache.unclaim(claimed, ms)
    },
    async drain() {
      for (let round = 0; round < 4; round++) {
        if (round > 0) await store.advance(4000)
        for (let passes = 0; (await work(keys.length)) > 0; passes++) {
          if (passes === 20) throw new Error('I6: Workers spin: keys stay due')
        }
      }
      const { now, entries } = await store.cache.read(keys)
      ledger.check(entries, now)
      for (const { key, building } of entries)
        if (building) throw new Error(`I6: ${key}: waited for, not fresh, and not due`)
    },
    async finishLate() {
      for (const builder of builders.splice(0)) if (builder.looked) await loader.finish(builder)
    },
  }
}
