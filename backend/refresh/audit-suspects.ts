import type { Logger } from 'pino'
import { AUDIT, type Cache, type CacheEntry } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { AUDIT_AGES, type AuditCounts } from './audit-counts.ts'
import { readOne } from './audit-round.ts'

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

/** Keys whose audit found a change that an event may yet announce; what none announced is counted, and loaded again. */
export interface AuditSuspects {
  /** `before` is its entry as it was audited, `since` when the difference was there by. */
  add(widget: PlacedWidget, before: CacheEntry, since: number): void
  /** Looks again at those whose next age is over, by how far events have come. @throws CacheAway */
  look(through: number): Promise<void>
}

export function auditSuspects(options: {
  readonly cache: Pick<Cache, 'read' | 'invalidate'>
  readonly counts: AuditCounts
  readonly onDue: () => void
  readonly log: Pick<Logger, 'warn'>
}): AuditSuspects {
  const { cache, counts, onDue, log } = options
  const suspects = new Map<Key, Suspect>()

  async function lookAgain(suspect: Suspect): Promise<void> {
    const { widget, age, required, epoch } = suspect
    const { key } = widget
    const { entry } = await readOne(cache, key)
    if (entry.required !== required || entry.version.epoch !== epoch) {
      suspects.delete(key)
      if (age === 0) counts.discarded++
      return
    }
    if (age === 0) {
      const { due } = await cache.invalidate([{ key, cause: AUDIT }])
      if (due) onDue()
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
    add(widget, { version, required }, since) {
      suspects.set(widget.key, { widget, epoch: version.epoch, required, since, age: 0 })
    },
    async look(through) {
      for (const suspect of suspects.values()) {
        const age = AUDIT_AGES[suspect.age] ?? 0
        if (through >= suspect.since + age) await lookAgain(suspect)
      }
    },
  }
}
