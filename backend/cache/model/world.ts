import type { Key } from '../version.ts'

/** A source outside, another whose loads must keep a distance, the event log, and the time of day. */
export const keys = ['outside', 'spaced', 'log', 'clock'] as const
export const spacing: Readonly<Record<Key, number>> = { spaced: 2000 }

/** Milliseconds after which `clock` changes by itself. */
export const PERIOD = 20_000
/** Longer than it takes to settle, so that nothing but events and `clock` asks for loads. */
const MAX_AGE = 500_000

export interface Published {
  readonly id: string
  readonly key: Key
}

/** What loaders read, and the bus between what changes and triage. */
export interface World {
  /** The source changes, then says so on the bus. For `log` only triage changes the source. */
  write(key: Key): void
  /** Published and not acknowledged, in no order. */
  readonly bus: Published[]
  log(event: Published): void
  /** What a load that was granted at `now` reads at this moment. */
  look(key: Key, now: number): { readonly data: string; readonly dueAt: number }
}

export function createWorld(): World {
  const writes = new Map<Key, number>()
  const logged = new Set<string>()
  const bus: Published[] = []
  let events = 0
  return {
    bus,
    write(key) {
      events += 1
      writes.set(key, (writes.get(key) ?? 0) + 1)
      bus.push({ id: `e${events}`, key })
    },
    log: ({ id, key }) => {
      if (key === 'log') logged.add(id)
    },
    look(key, now) {
      if (key === 'log') return { data: String(logged.size), dueAt: now + MAX_AGE }
      const period = Math.floor(now / PERIOD)
      if (key === 'clock') return { data: String(period), dueAt: (period + 1) * PERIOD }
      // Every second write leaves what is shown as it was, so that some loads only confirm.
      return { data: String(Math.ceil((writes.get(key) ?? 0) / 2)), dueAt: now + MAX_AGE }
    },
  }
}
