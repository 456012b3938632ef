import type { Cache } from '../cache.ts'
import type { Key } from '../version.ts'
import type { ObservedLease } from './lease-observer.ts'
import { LEASE } from './loader.ts'
import type { Observer } from './observer.ts'
import { keys } from './rounds.ts'
import { countOf, type ModelWorld, spacing } from './world.ts'

/** A lease with what its load found. */
export interface OpenLoad {
  readonly lease: ObservedLease
  readonly data: string
  readonly dueAt: number
}

/** What any client does, told to the observer when it is asked for and when it is answered. */
export interface ObservedVerbs {
  /** The source changes, and the event that says so is handled. */
  publish(cache: Cache, key: Key): Promise<void>
  begin(cache: Cache, key: Key): Promise<OpenLoad | undefined>
  commit(cache: Cache, load: OpenLoad): Promise<void>
  extend(cache: Cache, load: OpenLoad): Promise<void>
  fail(cache: Cache, load: OpenLoad): Promise<void>
  release(cache: Cache, load: OpenLoad): Promise<void>
  read(cache: Cache, want: boolean): Promise<void>
}

export function observedVerbs(given: {
  readonly world: ModelWorld
  readonly observer: Observer
  readonly now: () => number
}): ObservedVerbs {
  const { world, observer, now } = given
  let leases = 0
  let events = 0
  return {
    async publish(cache, key) {
      world.write(key)
      for (const event of world.bus.splice(0)) world.log(event)
      events += 1
      const answered = observer.invalidating(key, countOf(world.truth(key, 0).data))
      await cache.invalidate([{ key, cause: { id: `e${events}`, topic: 'changed' } }])
      answered()
    },
    async begin(cache, key) {
      leases += 1
      const name = `t${leases}`
      const answered = observer.acquiring(key)
      const grant = await cache.acquire(key, name, LEASE, spacing[key] ?? 0)
      if (grant.outcome !== 'granted') return undefined
      return { lease: answered(name, grant.now, LEASE), ...world.truth(key, grant.now) }
    },
    async commit(cache, { lease, data, dueAt }) {
      const answered = observer.committing(lease)
      const result = { data, hash: data, empty: countOf(data) === 0, dueAt }
      answered(await cache.commit(lease.key, lease.lease, result), dueAt)
    },
    async extend(cache, { lease }) {
      const until = now() + LEASE
      observer.extended(lease, await cache.extend(lease.key, lease.lease, LEASE), until)
    },
    async fail(cache, { lease }) {
      const answered = observer.failing(lease)
      const error = { code: 'upstream', message: 'No.', reference: 'r' } as const
      await cache.fail(lease.key, lease.lease, error, 1000)
      answered()
    },
    async release(cache, { lease }) {
      const answered = observer.releasing(lease)
      await cache.release(lease.key, lease.lease)
      answered()
    },
    async read(cache, want) {
      const answered = observer.reading()
      answered(await cache.read(keys, { want }))
    },
  }
}
