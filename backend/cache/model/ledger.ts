import type { Entry } from '../cache.ts'
import type { Key } from '../version.ts'
import { spacing } from './world.ts'

/** A load under way: granted, then looking at its source, then giving its result. */
export interface Builder {
  readonly key: Key
  readonly token: string
  readonly epoch: number
  readonly grantedAt: number
  /** Order among all operations at which it was granted. */
  readonly began: number
  leaseUntil: number
  looked: { readonly data: string; readonly dueAt: number } | undefined
}

/** Remembers what happened, to hold against what the cache says. */
export interface Ledger {
  step(): void
  invalidated(key: Key): void
  granted(key: Key, token: string, epoch: number, now: number, ttl: number): Builder
  committed(builder: Builder): void
  failed(builder: Builder): void
  released(builder: Builder): void
  /** No entry is fresh whose load began before its last invalidation; none goes back in the order of its source. */
  check(entries: readonly Entry[]): void
}

export function createLedger(): Ledger {
  let time = 0
  const invalidatedAt = new Map<Key, number>()
  const builtFrom = new Map<Key, number>()
  const holders = new Map<Key, Builder>()
  const starts = new Map<Key, { readonly at: number; readonly epoch: number }>()
  const values = new Map<Key, { readonly value: number; readonly epoch: number }>()

  return {
    step() {
      time += 1
    },
    invalidated(key) {
      invalidatedAt.set(key, time)
    },
    granted(key, token, epoch, now, ttl) {
      const holder = holders.get(key)
      if (holder && holder.epoch === epoch && holder.leaseUntil > now) {
        throw new Error(`${key}: granted to ${token} while ${holder.token} holds the lease`)
      }
      const start = starts.get(key)
      if (start && start.epoch === epoch && now < start.at + (spacing[key] ?? 0))
        throw new Error(`${key}: too early`)
      const builder = {
        key,
        token,
        epoch,
        grantedAt: now,
        began: time,
        leaseUntil: now + ttl,
        looked: undefined,
      }
      holders.set(key, builder)
      starts.set(key, { at: now, epoch })
      return builder
    },
    committed(builder) {
      builtFrom.set(builder.key, builder.began)
      holders.delete(builder.key)
    },
    failed({ key, token }) {
      if (holders.get(key)?.token === token) holders.delete(key)
    },
    released({ key, token }) {
      if (holders.get(key)?.token !== token) return
      holders.delete(key)
      starts.delete(key)
    },
    check(entries) {
      for (const { key, fresh, data, version } of entries) {
        const began = builtFrom.get(key) ?? -1
        if (fresh && began < (invalidatedAt.get(key) ?? -1))
          throw new Error(`${key}: fresh, but overtaken by an event`)
        if (data === undefined) continue
        const value = Number(data)
        const before = values.get(key)
        if (before && before.epoch === version.epoch && value < before.value)
          throw new Error(`${key}: went back`)
        values.set(key, { value, epoch: version.epoch })
      }
    },
  }
}
