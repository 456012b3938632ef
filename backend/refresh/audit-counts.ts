import type { Figure } from '../base/figure.ts'

/** Milliseconds by which events may be late while pages say live: beyond it there is nothing to hold an audit against. */
export const LIVE = 10_000
/** Milliseconds an event may take to announce what an audit found; after each that went by without, it is counted. */
export const AUDIT_AGES = [LIVE, 60_000, 300_000, 600_000] as const

/** What audits have found since the process began. */
export interface AuditCounts {
  /** A new load gave the same. */
  consistent: number
  /** By place in `AUDIT_AGES`: a new load gave something else, and no event had announced it after that time. */
  readonly inconsistent: number[]
  /** An event or another load came while the audit ran, or soon after. */
  discarded: number
  failed: number
}

export function auditCounts(): AuditCounts {
  return { consistent: 0, inconsistent: AUDIT_AGES.map(() => 0), discarded: 0, failed: 0 }
}

export function auditFigures(counts: Readonly<AuditCounts>): Figure[] {
  return [
    {
      name: 'audits_consistent_total',
      help: 'Fresh results that a new load confirmed.',
      read: () => counts.consistent,
    },
    {
      name: 'audits_inconsistent_total',
      help: 'Fresh results that had changed, with no event within 10 s.',
      read: () => counts.inconsistent[0] ?? 0,
    },
    {
      name: 'audits_inconsistent_1m_total',
      help: 'Of them, those with no event within 1 min.',
      read: () => counts.inconsistent[1] ?? 0,
    },
    {
      name: 'audits_inconsistent_5m_total',
      help: 'Of them, those with no event within 5 min.',
      read: () => counts.inconsistent[2] ?? 0,
    },
    {
      name: 'audits_inconsistent_10m_total',
      help: 'Of them, those with no event within 10 min.',
      read: () => counts.inconsistent[3] ?? 0,
    },
    {
      name: 'audits_discarded_total',
      help: 'Audits that an event or another load overtook.',
      read: () => counts.discarded,
    },
    { name: 'audits_failed_total', help: 'Audits that could not load.', read: () => counts.failed },
  ]
}
