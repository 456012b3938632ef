import type { Key } from '../version.ts'
import type { Builder, Ledger } from './ledger.ts'
import type { ModelStore } from './store.ts'
import { countOf, type Looked, type ModelWorld, spacing } from './world.ts'

export const LEASE = 10_000
/** Milliseconds until a failed load is tried again, doubled for each failure before it. */
const RETRY_BASE = 1000
const RETRY_CAP = 8000

/** One load from its lease to its result, each step noted in the ledger. */
export interface Loader {
  /** A name that no other lease has. */
  nextLease(): string
  acquire(key: Key): Promise<Builder | undefined>
  /** At its source, once. */
  look(builder: Builder): Looked
  /** Gives what it found, or that it failed. */
  finish(builder: Builder): Promise<void>
  /** Tried again after what upstream asked for, `least`, or longer the more often it failed: whichever is longest. */
  fail(builder: Builder, retryAfter?: number, least?: number): Promise<void>
}

export function createLoader(given: {
  readonly store: ModelStore
  readonly world: ModelWorld
  readonly ledger: Ledger
}): Loader {
  const { store, world, ledger } = given
  let leases = 0

  function nextLease(): string {
    leases += 1
    return `t${leases}`
  }

  function look(builder: Builder): Looked {
    builder.looked ??= world.look(builder.key, builder.grantedAt)
    return builder.looked
  }

  async function fail(builder: Builder, retryAfter = 0, least = RETRY_BASE): Promise<void> {
    const error = { code: 'upstream', message: 'No.', reference: 'r' } as const
    const retryIn = Math.max(retryAfter, least, Math.min(RETRY_CAP, RETRY_BASE * 2 ** builder.failures))
    await store.cache.fail(builder.key, builder.lease, error, retryIn)
    ledger.failed(builder, store.now(), retryIn)
  }

  return {
    nextLease,
    look,
    fail,
    async acquire(key) {
      const lease = nextLease()
      const grant = await store.cache.acquire(key, lease, LEASE, spacing[key] ?? 0)
      if (grant.outcome !== 'granted') return undefined
      const { epoch } = (await store.cache.read([])).cursor
      return ledger.granted({ key, lease, epoch, grantedAt: grant.now, failures: grant.failures }, LEASE)
    },
    async finish(builder) {
      const looked = look(builder)
      if (looked.data === undefined) return fail(builder, looked.retryAfter)
      const { data, dueAt } = looked
      const result = { data, hash: data, empty: countOf(data) === 0, dueAt }
      const outcome = await store.cache.commit(builder.key, builder.lease, result)
      if (outcome !== 'lost') ledger.committed(builder, dueAt)
    },
  }
}
