import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import { AUDIT, type Cache, type CacheEntry } from '../cache/cache.ts'
import { compareVersions, type Key } from '../cache/version.ts'
import type { HubMemory } from '../hubs/hub-memory.ts'
import type { Placed, PlacedWidget } from '../hubs/placed.ts'
import type { Refresh } from './refresh.ts'

/** Milliseconds between two audits of this process. */
const EVERY = 1_000
/** Widgets looked at to find one to audit: most of a large installation may be of hubs that nobody shows. */
const LOOKS = 64
/** Milliseconds before a key is audited again, so that the few keys of a small installation are not loaded all the time. */
const REST = 600_000
/** Milliseconds by which events may be late while pages say live: beyond it there is nothing to hold an audit against. */
const LIVE = 10_000
/** Milliseconds an event may take to announce what an audit found; after each that went by without, it is counted. */
export const AUDIT_AGES = [LIVE, 60_000, 300_000, 600_000] as const

export interface AuditCounts {
  /** A new load gave the same. */
  consistent: number
  /** By place in `AUDIT_AGES`: a new load gave something else, and no event had announced it after that time. */
  readonly inconsistent: number[]
  /** An event or another load came while the audit ran, or soon after. */
  discarded: number
  failed: number
}

interface Fresh {
  readonly widget: PlacedWidget
  readonly entry: CacheEntry
  readonly checkedAt: number
}

/** A key whose new load differed, until an event announces it or the last age is over. */
interface Suspect {
  readonly widget: PlacedWidget
  readonly epoch: number
  /** The generation that is required unless an event raised it. */
  readonly required: number
  /** Cache clock, milliseconds since 1970: the difference was there by then. */
  readonly since: number
  /** Place in `AUDIT_AGES` of the next look. */
  readonly age: number
}

export interface Auditor {
  readonly counts: Readonly<AuditCounts>
  /** Looks at suspects again, then audits the next key. @throws CacheAway */
  look(): Promise<void>
}

/**
 * Holds results that count as fresh against what a new load gives, for types that say events announce all their changes,
 * and makes those stale that differ (after Meta's Polaris, “Cache made consistent”, 2022).
 */
export function auditor(options: {
  cache: Cache
  memory: Pick<HubMemory, 'widgets'>
  refresh: Pick<Refresh, 'loadBeside' | 'poke'>
  log: Logger
  signal: AbortSignal
}): Auditor {
  const { cache, memory, refresh, log, signal } = options
  const counts: AuditCounts = {
    consistent: 0,
    inconsistent: AUDIT_AGES.map(() => 0),
    discarded: 0,
    failed: 0,
  }
  const suspects = new Map<Key, Suspect>()
  /** When keys were audited lately, by the cache's clock, oldest first. */
  const audited = new Map<Key, number>()
  let round = memory.widgets.values()

  /** Round and round through the widgets there are; nothing, once, at the end of a round. */
  function nextWidget(): Placed | undefined {
    const { value } = round.next()
    if (!value) round = memory.widgets.values()
    return value
  }

  const auditable = (widget: Placed): widget is PlacedWidget =>
    !widget.problem && widget.widgetType.definition.truth === 'events' && !audited.has(widget.key)

  async function read(key: Key): Promise<{ now: number; entry: CacheEntry }> {
    const { now, entries } = await cache.read([key])
    const [entry] = entries
    if (!entry) throw new Error(`The cache gave no entry for ${key}.`)
    return { now, entry }
  }

  /** The next widget whose result is fresh, and old enough to be loaded again. */
  async function nextFresh(): Promise<Fresh | undefined> {
    for (let looks = 0; looks < LOOKS; looks++) {
      const widget = nextWidget()
      if (!widget) return undefined
      if (!auditable(widget)) continue
      const { now, entry } = await read(widget.key)
      const { minInterval = 0, settle = 0 } = widget.widgetType.definition
      const { fresh, checkedAt } = entry
      if (!fresh || checkedAt === undefined) continue
      if (now >= checkedAt + Math.max(minInterval, settle)) return { widget, entry, checkedAt }
    }
    return undefined
  }

  async function audit({ widget, entry: before, checkedAt }: Fresh): Promise<void> {
    const { key, widgetType: type, params } = widget
    const loaded = await refresh.loadBeside({ key, type, params }, checkedAt)
    // There is no room: another time.
    if (!loaded || signal.aborted) return
    const { now, entry } = await read(key)
    audited.set(key, now)
    if (loaded.kind === 'failure') {
      counts.failed++
      log.debug({ err: loaded.thrown, reference: loaded.error.reference, key }, 'an audit could not load')
    } else if (!unmoved(entry, before)) counts.discarded++
    // Both are canonical JSON, so equal data are equal texts.
    else if (loaded.result.data === before.data) counts.consistent++
    else {
      const since = now + (type.definition.settle ?? 0)
      suspects.set(key, { widget, epoch: before.version.epoch, required: before.required, since, age: 0 })
    }
  }

  async function lookAgain(suspect: Suspect): Promise<void> {
    const { widget, age, required, epoch } = suspect
    const { key } = widget
    const { entry } = await read(key)
    if (entry.required !== required || entry.version.epoch !== epoch) {
      suspects.delete(key)
      if (age === 0) counts.discarded++
      return
    }
    if (age === 0) {
      const { due } = await cache.invalidate([{ key, cause: AUDIT }])
      if (due) refresh.poke()
      log.warn(
        { key, hub: widget.hub, widget: widget.id },
        'an audit found a change that no event announced; its key is loaded again',
      )
    }
    counts.inconsistent[age] = (counts.inconsistent[age] ?? 0) + 1
    if (age + 1 === AUDIT_AGES.length) suspects.delete(key)
    else suspects.set(key, { ...suspect, age: age + 1, required: age === 0 ? required + 1 : required })
  }

  return {
    counts,
    async look() {
      const { now, pulse } = await cache.lastPulse()
      if (!pulse || now - pulse.through > LIVE) return
      for (const suspect of suspects.values()) {
        const age = AUDIT_AGES[suspect.age] ?? 0
        if (pulse.through >= suspect.since + age) await lookAgain(suspect)
      }
      for (const [key, at] of audited) {
        if (now < at + REST) break
        audited.delete(key)
      }
      const next = await nextFresh()
      if (next) await audit(next)
    },
  }
}

/** No event, no load and no failure has come between. */
function unmoved(a: CacheEntry, b: CacheEntry): boolean {
  return a.required === b.required && compareVersions(a.version, b.version) === 0
}

/** Audits a key each second, until `signal` aborts. */
export async function runAuditor({ look }: Auditor, log: Logger, signal: AbortSignal): Promise<void> {
  await every(EVERY, signal, async () => {
    try {
      await look()
    } catch (error) {
      log.debug({ err: error }, 'nothing could be audited')
    }
  })
}
