import { isJob } from './changing-hubs.ts'
import type { Look, Reader } from './reader.ts'
import type { Traffic } from './traffic.ts'

/** Milliseconds since the oldest change was accepted that this page lacks, and which. */
export function missing(
  { slug, revision, shown }: Look,
  traffic: Traffic,
  only: 'fresh' | 'all',
): { readonly ms: number; readonly what: string } {
  const now = Date.now()
  let most = { ms: 0, what: '' }
  const note = (ms: number, what: string) => {
    if (ms > most.ms) most = { ms, what }
  }
  for (const [title, { value, fresh }] of shown) {
    if (only === 'fresh' && !fresh) continue
    const since = traffic.missingSince(title, value)
    if (since !== undefined) note(now - since, `${title} ${value}`)
  }
  const edited = traffic.edited(slug)
  if (revision !== undefined && revision < edited.revision) note(now - edited.at, `revision ${revision}`)
  return most
}

/** Whether a page is live and shows the truth, which must have come to rest. */
export function isTrue(look: Look, traffic: Traffic): boolean {
  // A card of builds knows a job by its first event.
  const known = (title: string) => !isJob(title) || (look.jobs && traffic.value(title) > 0)
  const titles = traffic.shows(look.slug).filter(known)
  return (
    look.live &&
    look.shown.size === titles.length &&
    titles.every((title) => {
      const { value, fresh } = look.shown.get(title) ?? {}
      return fresh && value === traffic.value(title)
    }) &&
    missing(look, traffic, 'all').ms === 0
  )
}

/** What a page shows and what is true, for people. */
export function described(reader: Reader, look: Look, traffic: Traffic): string {
  const cards = [...look.shown].map(([title, { value, fresh }]) => {
    const truth = traffic.value(title)
    return value === truth && fresh ? '' : ` ${title}: ${value} of ${truth}${fresh ? ' (fresh)' : ''}`
  })
  const line = look.live ? 'live' : look.paused ? 'paused' : 'connecting'
  const { revision } = traffic.edited(look.slug)
  return `${reader.name}, ${look.slug}: ${line}, revision ${look.revision} of ${revision}${cards.join('')}`
}
