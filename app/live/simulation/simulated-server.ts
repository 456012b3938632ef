import type { HubView } from '#contract/hub.ts'
import type { Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import type { Later } from './later.ts'
import { simulatedHubs } from './simulated-hubs.ts'
import { type SimulatedResults, simulatedResults } from './simulated-results.ts'
import { type SimulatedSession, simulatedSession } from './simulated-session.ts'
import { streamOfBytes } from './stream-of-bytes.ts'

/**
 * A server that keeps the contract of the stream and of the reads (docs/architecture.md) and nothing else, whose every
 * step is taken when the test says: events pend, layouts are taken in late, answers travel, connections are cut between
 * any two frames.
 */
export function simulatedServer(later: Later, now = () => 1) {
  const hubs = simulatedHubs()
  const results = simulatedResults()
  const sessions = new Set<SimulatedSession>()
  let refusing = false

  function load(key: string, changed: boolean): void {
    const carries = changed || !results.has(key)
    results.load(key, changed)
    for (const session of sessions) session.mark(key, carries)
  }

  function loadNew(widgets: HubView['widgets']): void {
    for (const { key } of widgets) if (key && !results.has(key)) load(key, true)
  }

  function edit(slug: string, widgets: HubView['widgets']): void {
    if (!hubs.edit(slug, widgets)) return
    loadNew(widgets)
    later('the node learns of the edit', () => {
      hubs.learn(slug)
      for (const session of sessions)
        later('take in a layout', () => {
          const newest = hubs.known.get(slug)
          if (newest) session.takeIn(newest)
        })
    })
  }

  /** Another build, or another secret, gives a widget another key; all streams end with the process. */
  function rekey(slug: string, id: string, key: string): void {
    hubs.rekey(slug, id, key)
    if (!results.has(key)) load(key, true)
    for (const session of [...sessions]) session.cut()
  }

  /** Stands in for `fetch`: a stream whose bytes are delivered when the test says. */
  const streamFetch: typeof fetch = async (input, init) => {
    const asked = new URL(String(input), 'http://server')
    const slugs = asked.searchParams.getAll('hub')
    const ids = asked.searchParams.getAll('widget')
    const cursor = new Headers(init?.headers).get('last-event-id') ?? asked.searchParams.get('cursor') ?? ''
    await new Promise<void>((resolve) => later('connect', resolve))
    if (init?.signal?.aborted || refusing) return new Response('', { status: 503 })
    if (!hubs.knows(slugs, ids)) return new Response('', { status: 404 })
    const bytes = streamOfBytes(later, () => {
      session.end()
      sessions.delete(session)
    })
    const { write, fail } = bytes
    const cut = () => fail('cut')
    const { known } = hubs
    const session = simulatedSession({ slugs, ids, cursor, known, results, later, now, write, cut })
    sessions.add(session)
    init?.signal?.addEventListener('abort', () => fail('aborted'))
    return new Response(bytes.body, { headers: { 'content-type': 'text/event-stream' } })
  }

  /** A read is answered from one moment and arrives at a later one. */
  function answer<T>(what: string, make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      later(`ask for ${what}`, () => {
        const made = make()
        const failed = refusing
        later(`answer with ${what}`, () => (failed ? reject(new Error('away')) : resolve(made)))
      })
    })
  }

  const snapshotOf = (slug: string) => {
    const hub = hubs.newest.get(slug)
    return hub && snapshotAt(hub, results, now())
  }
  function widgetOf(id: string): WidgetSnapshot | undefined {
    for (const slug of hubs.newest.keys()) {
      const found = snapshotOf(slug)?.widgets[id]
      if (found) return found
    }
    return undefined
  }

  return {
    hubs: hubs.newest,
    version: results.version,
    create(slug: string, widgets: HubView['widgets']): void {
      hubs.create(slug, widgets)
      loadNew(widgets)
    },
    dataAt: results.dataAt,
    change(key: string, changed: boolean): void {
      if (results.has(key)) load(key, changed)
    },
    edit,
    rekey,
    restart() {
      results.restart()
      for (const session of sessions) session.restarted()
    },
    snapshotOf,
    refuse(refuses: boolean) {
      refusing = refuses
    },
    cut(n: number) {
      ;[...sessions][n % Math.max(sessions.size, 1)]?.cut()
    },
    streams: () => sessions.size,
    streamFetch,
    read: {
      hub: (slug: string) => answer('hub', () => hubs.newest.get(slug)),
      snapshot: (slug: string) => answer('snapshot', () => snapshotOf(slug)),
      widget: (id: string) => answer('widget', () => widgetOf(id)),
      data: (href: string) => answer('data', () => results.dataOf(href)),
    },
  }
}

function snapshotAt({ revision, widgets }: HubView, results: SimulatedResults, now: number): Snapshot {
  const states = widgets.flatMap(({ id, key }) => {
    const data = key && results.dataAt(key)
    return data ? [[id, { ...results.state(key), type: 'notes', data }] as const] : []
  })
  return { cursor: results.cursor(), now, through: now, revision, widgets: Object.fromEntries(states) }
}
