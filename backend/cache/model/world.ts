import type { Key } from '../version.ts'

/**
 * A source outside, another whose loads must keep a distance, the event log, the time of day, and what only one hub
 * may show. No scope is of one viewer (docs/decisions/0006-viewer-scope-waits.md).
 */
export const keys = ['outside', 'spaced', 'log', 'clock', 'hub.a', 'hub.b'] as const
export const spacing: Readonly<Record<Key, number>> = { spaced: 2000 }

/** Milliseconds after which `clock` changes by itself. */
export const PERIOD = 20_000
/** Longer than it takes to come to rest, so that nothing but events and `clock` asks for loads. */
const MAX_AGE = 500_000

export interface PublishedEvent {
  readonly id: string
  readonly key: Key
  /** Whether the daemon that takes it has room to load at once what it makes due. */
  readonly hasCapacity: boolean
}

/** What a loader gives: data that names its key and counts upward, or a failure with what upstream asked for. */
export type Looked =
  | { readonly data: string; readonly dueAt: number }
  | { readonly data?: undefined; readonly retryAfter: number | undefined }

/** What loaders read, and the bus between what changes and triage. */
export interface ModelWorld {
  /** The source changes, then says so on the bus. For `log` only triage changes the source. */
  write(key: Key): void
  /** Published and not acknowledged, in no order. */
  readonly bus: PublishedEvent[]
  acknowledge(event: PublishedEvent, now: number): void
  /** Acknowledged at or after `since`: what the bus can be asked for again. */
  acknowledged(since: number): readonly PublishedEvent[]
  log(event: PublishedEvent): void
  /** From now on loads of the key fail; upstream may say how long it wants to be left alone, in ms. */
  fail(key: Key, retryAfter: number | undefined): void
  recover(key: Key): void
  /** What a load that was granted at `now` gives at this moment. */
  look(key: Key, now: number): Looked
  /** What it would give were nothing failing. */
  truth(key: Key, now: number): { readonly data: string; readonly dueAt: number }
}

/** The count in the data, by which values are ordered. */
export const countOf = (data: string) => Number(data.slice(data.lastIndexOf(' ') + 1))
/** The key the data is of. */
export const keyOf = (data: string) => data.slice(0, data.lastIndexOf(' '))

export function createWorld(): ModelWorld {
  const writes = new Map<Key, number>()
  const logged = new Set<string>()
  const failing = new Map<Key, number | undefined>()
  const bus: PublishedEvent[] = []
  const done: { readonly event: PublishedEvent; readonly at: number }[] = []
  let events = 0

  function truth(key: Key, now: number) {
    const valued = (value: number, dueAt = now + MAX_AGE) => ({ data: `${key} ${value}`, dueAt })
    if (key === 'log') return valued(logged.size)
    const period = Math.floor(now / PERIOD)
    if (key === 'clock') return valued(period, (period + 1) * PERIOD)
    // Every second write leaves what is shown as it was, so that some loads only confirm.
    return valued(Math.ceil((writes.get(key) ?? 0) / 2))
  }

  return {
    bus,
    write(key) {
      events += 1
      writes.set(key, (writes.get(key) ?? 0) + 1)
      bus.push({ id: `e${events}`, key, hasCapacity: events % 2 === 0 })
    },
    acknowledge(event, now) {
      const at = bus.indexOf(event)
      if (at === -1) return
      bus.splice(at, 1)
      done.push({ event, at: now })
    },
    acknowledged: (since) => done.filter(({ at }) => at >= since).map(({ event }) => event),
    log: ({ id, key }) => {
      if (key === 'log') logged.add(id)
    },
    fail: (key, retryAfter) => void failing.set(key, retryAfter),
    recover: (key) => void failing.delete(key),
    look: (key, now) => (failing.has(key) ? { retryAfter: failing.get(key) } : truth(key, now)),
    truth,
  }
}
