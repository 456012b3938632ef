import { type LoadContext, LoadFailure, type Secrets } from '#widgets/define.ts'
import { partyOf } from '#widgets/kit/party.ts'
import type { Key } from '../cache/version.ts'
import type { HubMemory } from '../hubs/hub-memory.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { parsePattern, patternCovers } from '../ingest/topic.ts'
import type { Lacking } from './availability.ts'
import { fairReadings, type ReadEvents } from './fair-readings.ts'
import type { GitLog } from './git-log.ts'
import type { GuardedFetch } from './guarded-fetch.ts'
import { lazySignal } from './lazy-signal.ts'
import type { OpenContext } from './load.ts'

const MAX_EVENTS = 500

/** Gives each load the part of the world its type declared, and no more. */
export function contextOpener(options: {
  memory: Pick<HubMemory, 'hubs'>
  /** One of the widgets that show the key. */
  byKey: (key: Key) => PlacedWidget | undefined
  fetch: GuardedFetch
  gitLog: GitLog
  readEvents: ReadEvents
  secrets: Secrets
  lacking: Lacking
}): OpenContext {
  const { memory, byKey, fetch, gitLog, secrets, lacking } = options
  const readEvents = fairReadings(options.readEvents)

  return ({ key, type }, now, lifetime): LoadContext => {
    const { definition } = type
    const remedy = lacking.get(definition.type)
    if (remedy !== undefined) throw new LoadFailure('unavailable', remedy)
    const placed = byKey(key)
    const own = placed?.interests.map(({ topic }) => topic) ?? []
    const patterns = own.map(parsePattern).filter((pattern) => typeof pattern !== 'string')
    const hub = definition.scope === 'hub' && placed ? memory.hubs.get(placed.hub) : undefined
    const named: Record<string, string> = {}
    for (const name of definition.secrets ?? []) {
      const value = secrets[name]
      if (value !== undefined) named[name] = value
    }
    return lazySignal(lifetime, {
      now,
      party: partyOf(placed?.hub ?? ''),
      secrets: named,
      ...(hub ? { hub: { slug: hub.slug, title: hub.title } } : {}),
      fetch: (url, init) => lifetime.outside(fetch(url, init, lifetime.signal())),
      gitLog: (query) => lifetime.outside(gitLog(query, lifetime.signal())),
      async events({ topics = own, limit, ...from }) {
        if (lifetime.aborted()) lifetime.signal().throwIfAborted()
        if (definition.reads !== 'events') {
          throw new LoadFailure('refused', 'This widget type does not declare that it reads the event log.')
        }
        const covered = (topic: string) => {
          const asked = parsePattern(topic)
          return typeof asked !== 'string' && patterns.some((pattern) => patternCovers(pattern, asked))
        }
        const foreign = topics.find((topic) => !covered(topic))
        if (foreign !== undefined) {
          throw new LoadFailure('refused', `The topic ${foreign} is not among the interests of this widget.`)
        }
        const bounded = Math.max(1, Math.min(MAX_EVENTS, Math.floor(limit)))
        const query = { patterns: topics, limit: bounded, ...from }
        return readEvents(placed?.hub ?? '', query, lifetime.signal())
      },
    })
  }
}
