import type { Cache, CacheEntry } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { HubMemory } from '../hubs/hub-memory.ts'
import type { Placed, PlacedWidget } from '../hubs/placed.ts'

/** Widgets looked at to find one to audit: most of a large installation may be of hubs that nobody shows. */
const LOOKS = 64
/** Milliseconds before a key is audited again, so that the few keys of a small installation are not loaded all the time. */
const REST = 600_000

/** A widget whose result is fresh, and how the cache holds that. */
export interface FreshResult {
  readonly widget: PlacedWidget
  readonly entry: CacheEntry
  readonly checkedAt: number
}

/** Whose turn it is to be audited: round and round through the widgets there are. */
export interface AuditRound {
  /** The next widget whose result is fresh, and old enough to be loaded again. @throws CacheAway */
  next(): Promise<FreshResult | undefined>
  /** It was audited at `now`, by the cache's clock, and rests. */
  rest(key: Key, now: number): void
  /** Those whose rest is over by `now` may be audited again. */
  wake(now: number): void
}

export function auditRound(cache: Pick<Cache, 'read'>, memory: Pick<HubMemory, 'widgets'>): AuditRound {
  /** When keys were audited lately, oldest first. */
  const resting = new Map<Key, number>()
  let round = memory.widgets.values()

  /** Nothing, once, at the end of a round. */
  function nextWidget(): Placed | undefined {
    const { value } = round.next()
    if (!value) round = memory.widgets.values()
    return value
  }

  const auditable = (widget: Placed): widget is PlacedWidget =>
    !widget.problem && widget.widgetType.definition.truth === 'events' && !resting.has(widget.key)

  return {
    async next() {
      for (let looks = 0; looks < LOOKS; looks++) {
        const widget = nextWidget()
        if (!widget) return undefined
        if (!auditable(widget)) continue
        const { now, entry } = await readOne(cache, widget.key)
        const { minInterval = 0, settle = 0 } = widget.widgetType.definition
        const { fresh, checkedAt } = entry
        if (!fresh || checkedAt === undefined) continue
        if (now >= checkedAt + Math.max(minInterval, settle)) return { widget, entry, checkedAt }
      }
      return undefined
    },
    rest: (key, now) => resting.set(key, now),
    wake(now) {
      for (const [key, at] of resting) {
        if (now < at + REST) return
        resting.delete(key)
      }
    },
  }
}

/** @throws CacheAway */
export async function readOne(
  cache: Pick<Cache, 'read'>,
  key: Key,
): Promise<{ readonly now: number; readonly entry: CacheEntry }> {
  const { now, entries } = await cache.read([key])
  const [entry] = entries
  if (!entry) throw new Error(`The cache gave no entry for ${key}.`)
  return { now, entry }
}
