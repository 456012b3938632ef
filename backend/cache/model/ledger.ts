import type { CacheEntry } from '../cache.ts'
import type { Key } from '../version.ts'
import { countOf, keyOf, type Looked, spacing } from './world.ts'

/** A load under way: granted, then looking at its source, then giving its result. */
export interface Builder {
  readonly key: Key
  readonly lease: string
  readonly epoch: number
  readonly grantedAt: number
  /** Failures of the key before it. */
  readonly failures: number
  /** Order among all that happened at which it was granted. */
  readonly began: number
  leaseUntil: number
  looked: Looked | undefined
}

/** Remembers what happened, to hold against what the cache says. */
export interface Ledger {
  invalidated(key: Key): void
  granted(grant: Pick<Builder, 'key' | 'lease' | 'epoch' | 'grantedAt' | 'failures'>, ttl: number): Builder
  committed(builder: Builder, dueAt: number): void
  failed(builder: Builder, now: number, retryIn: number): void
  released(builder: Builder): void
  /** No entry is fresh whose load began before its last invalidation; none goes back in the order of its source. */
  check(entries: readonly CacheEntry[], now: number): void
}

/** Causes and loads that an entry remembers at most. */
const REMEMBERED = 10

export function createLedger(): Ledger {
  let time = 0
  const invalidatedAt = new Map<Key, number>()
  const built = new Map<Key, { readonly builder: Builder; readonly dueAt: number }>()
  const holders = new Map<Key, Builder>()
  const starts = new Map<Key, { readonly at: number; readonly epoch: number }>()
  const retries = new Map<Key, { readonly at: number; readonly epoch: number; readonly time: number }>()
  const values = new Map<Key, { readonly value: number; readonly epoch: number }>()

  const last = (key: Key) => invalidatedAt.get(key) ?? -1

  function judge({ key, lease, epoch, grantedAt }: Pick<Builder, 'key' | 'lease' | 'epoch' | 'grantedAt'>) {
    const holder = holders.get(key)
    if (holder && holder.epoch === epoch && holder.leaseUntil > grantedAt)
      throw new Error(`I4: ${key}: granted to ${lease} while ${holder.lease} holds the lease`)
    const start = starts.get(key)
    if (start && start.epoch === epoch && grantedAt < start.at + (spacing[key] ?? 0))
      throw new Error(`I4: ${key}: loaded again too early`)
    const retry = retries.get(key)
    if (retry && retry.epoch === epoch && grantedAt < retry.at && last(key) < retry.time)
      throw new Error(`I4: ${key}: tried again too early`)
    const before = built.get(key)
    if (before?.builder.epoch === epoch && grantedAt < before.dueAt && before.builder.began > last(key))
      throw new Error(`I4: ${key}: loaded again although fresh`)
  }

  return {
    invalidated(key) {
      time += 1
      invalidatedAt.set(key, time)
    },
    granted(grant, ttl) {
      judge(grant)
      time += 1
      const { key, grantedAt, epoch } = grant
      const builder = { ...grant, began: time, leaseUntil: grantedAt + ttl, looked: undefined }
      holders.set(key, builder)
      starts.set(key, { at: grantedAt, epoch })
      return builder
    },
    committed(builder, dueAt) {
      built.set(builder.key, { builder, dueAt })
      holders.delete(builder.key)
      retries.delete(builder.key)
    },
    failed({ key, lease, epoch }, now, retryIn) {
      if (holders.get(key)?.lease !== lease) return
      time += 1
      holders.delete(key)
      retries.set(key, { at: now + retryIn, epoch, time })
    },
    released({ key, lease }) {
      if (holders.get(key)?.lease !== lease) return
      holders.delete(key)
      starts.delete(key)
      retries.delete(key)
    },
    check(entries, now) {
      for (const { key, fresh, data, version, dueAt, cause, loads } of entries) {
        const began = built.get(key)?.builder.began ?? -1
        if (fresh && began < last(key)) throw new Error(`I2: ${key}: fresh, but overtaken by an event`)
        if (fresh && dueAt !== undefined && dueAt <= now) throw new Error(`I1: ${key}: fresh past its time`)
        if (cause.length > REMEMBERED || loads.length > REMEMBERED)
          throw new Error(`I9: ${key}: remembers ${cause.length} causes and ${loads.length} loads`)
        if (data === undefined) continue
        if (keyOf(data) !== key) throw new Error(`I8: ${key}: has ${data}, which is another's`)
        const value = countOf(data)
        const before = values.get(key)
        if (before && before.epoch === version.epoch && value < before.value)
          throw new Error(`I3: ${key}: went back from ${before.value} to ${value}`)
        values.set(key, { value, epoch: version.epoch })
      }
    },
  }
}
