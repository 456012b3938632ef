import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import type { Service } from '../base/service.ts'
import type { Cache, CacheEntry } from '../cache/cache.ts'
import { compareVersions } from '../cache/version.ts'
import type { HubMemory } from '../hubs/hub-memory.ts'
import { type AuditCounts, auditCounts, auditFigures, LIVE } from './audit-counts.ts'
import { auditRound, type FreshResult, readOne } from './audit-round.ts'
import { auditSuspects } from './audit-suspects.ts'
import type { Refresh } from './refresh.ts'

/** Milliseconds between two audits of this process. */
const EVERY = 1_000

/** Audits a key each second. */
export interface Auditor extends Service {
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
}): Auditor {
  const { cache, memory, refresh, log } = options
  const counts = auditCounts()
  const round = auditRound(cache, memory)
  const suspects = auditSuspects({ cache, counts, onDue: refresh.poke, log })

  async function audit({ widget, entry: before, checkedAt }: FreshResult): Promise<void> {
    const { key, widgetType: type, params } = widget
    const loaded = await refresh.loadBeside({ key, type, params }, checkedAt)
    // There is no capacity, or it is the end: another time.
    if (!loaded) return
    const { now, entry } = await readOne(cache, key)
    round.rest(key, now)
    if (loaded.kind === 'failure') {
      counts.failed++
      log.debug({ err: loaded.thrown, reference: loaded.error.reference, key }, 'an audit could not load')
    } else if (!unmoved(entry, before)) counts.discarded++
    // Both are canonical JSON, so equal data are equal texts.
    else if (loaded.result.data === before.data) counts.consistent++
    else suspects.add(widget, before, now + (type.definition.settle ?? 0))
  }

  async function look(): Promise<void> {
    const { now, pulse } = await cache.lastPulse()
    if (!pulse || now - pulse.through > LIVE) return
    await suspects.look(pulse.through)
    round.wake(now)
    const next = await round.next()
    if (next) await audit(next)
  }

  return {
    counts,
    figures: auditFigures(counts),
    look,
    run: (signal) =>
      every(EVERY, signal, () =>
        look().catch((error: unknown) => log.debug({ err: error }, 'nothing could be audited')),
      ),
  }
}

/** No event, no load and no failure has come between. */
function unmoved(a: CacheEntry, b: CacheEntry): boolean {
  return a.required === b.required && compareVersions(a.version, b.version) === 0
}
