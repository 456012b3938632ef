import type { HubView } from '#contract/hub.ts'
import type { StreamEvents } from '#contract/stream-events.ts'
import { compareVersions } from '../core/version.ts'
import type { Later } from './later.ts'
import type { SimulatedResults } from './simulated-results.ts'

/** What one stream is told, each thing when the test says. */
export interface SimulatedSession {
  /** A result of a key changed; `withData`: its data too. */
  mark(key: string, withData: boolean): void
  /** The session's node learns of an edit. */
  takeIn(hub: HubView): void
  /** A new epoch began. */
  restarted(): void
  cut(): void
  /** Nothing is written any more. */
  end(): void
}

export function simulatedSession(options: {
  readonly slugs: readonly string[]
  readonly ids: readonly string[]
  readonly cursor: string
  /** What the session's node knows of the hubs. */
  readonly known: ReadonlyMap<string, HubView>
  readonly results: SimulatedResults
  readonly later: Later
  now(): number
  write(text: string): void
  cut(): void
}): SimulatedSession {
  const { slugs, cursor, known, results, later, now, write, cut } = options
  const ids = new Set(options.ids)
  const layouts = new Map(
    [...known].filter(([slug, { widgets }]) => slugs.includes(slug) || widgets.some(({ id }) => ids.has(id))),
  )
  const pending = new Map<string, boolean>()
  /** Newest version whose id was sent. */
  let sent = cursor
  /** A new epoch began, and this session has not been told. */
  let past = false
  let open = true

  function send<Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name], id?: string): void {
    if (open) write(`event: ${name}\ndata: ${JSON.stringify(data)}\n${id ? `id: ${id}\n` : ''}\n`)
  }

  const placements = () => placedIn(layouts, slugs, ids)

  function flushLater(): void {
    later('flush', flush)
  }

  function flush(): void {
    if (past) return
    const due = [...pending].sort(([a], [b]) => compareVersions(results.version(a), results.version(b)))
    pending.clear()
    for (const [key, withData] of due) {
      if (!results.has(key)) continue
      const version = results.version(key)
      const isNewer = compareVersions(version, sent) > 0
      const shown = [...placements()].flatMap(([id, shows]) => (shows === key ? [id] : []))
      for (const [n, id] of shown.entries()) {
        const data = { id, ...results.state(key), ...(withData && results.carried(key, id)) }
        send('widget', data, n === shown.length - 1 && isNewer ? version : undefined)
      }
      if (isNewer) sent = version
    }
  }

  function resync(): void {
    pending.clear()
    past = false
    sent = results.cursor()
    const widgets = [...placements()].map(
      ([id, key]) => [id, { key, version: results.version(key) }] as const,
    )
    send('resync', { widgets: Object.fromEntries(widgets) }, sent)
  }

  send('hello', {
    ...{ cursor, heartbeat: 20, now: now(), through: now(), build: 'b' },
    ...greeting(layouts, slugs, ids),
  })
  if (Number(cursor.split(':')[0]) !== results.epoch()) resync()
  else {
    for (const key of new Set(placements().values()))
      if (compareVersions(results.version(key), cursor) > 0) pending.set(key, true)
    flushLater()
  }

  return {
    mark(key, withData) {
      if (![...placements().values()].includes(key)) return
      const owed = pending.get(key) ?? false
      pending.delete(key)
      pending.set(key, owed || withData)
      flushLater()
    },
    takeIn(hub) {
      const { slug, revision, widgets } = hub
      const held = layouts.get(slug)
      if (!held || held.revision === revision) return
      const before = placements()
      layouts.set(slug, hub)
      for (const id of ids) {
        if (!held.widgets.some((widget) => widget.id === id) || widgets.some((widget) => widget.id === id))
          continue
        ids.delete(id)
        send('gone', { id })
      }
      const moved = [...placements()].filter(([id, key]) => before.get(id) !== key)
      const whole = slugs.includes(slug)
      if (!whole && moved.length === 0) return
      const named = whole ? widgets.flatMap(({ id, key }) => (key ? [[id, key] as const] : [])) : moved
      send('layout', { hub: slug, revision, keys: Object.fromEntries(named) })
      for (const [, key] of moved) {
        pending.delete(key)
        pending.set(key, true)
      }
      flushLater()
    },
    restarted() {
      past = true
      later('resync', resync)
    },
    cut,
    end() {
      open = false
    },
  }
}

/** By hub, what a stream that begins says of its layout. */
function greeting(
  layouts: ReadonlyMap<string, HubView>,
  slugs: readonly string[],
  ids: ReadonlySet<string>,
): Pick<StreamEvents['hello'], 'hubs' | 'keys'> {
  const keys = [...layouts].map(([slug, { widgets }]) => {
    const followed = widgets.filter(({ id }) => slugs.includes(slug) || ids.has(id))
    return [slug, Object.fromEntries(followed.map(({ id, key }) => [id, key ?? '']))] as const
  })
  return {
    hubs: Object.fromEntries([...layouts].map(([slug, { revision }]) => [slug, revision])),
    keys: Object.fromEntries(keys),
  }
}

/** By widget, the keys of what a session was asked for. */
function placedIn(
  layouts: ReadonlyMap<string, HubView>,
  slugs: readonly string[],
  ids: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const placed = new Map<string, string>()
  for (const [slug, { widgets }] of layouts)
    for (const { id, key } of widgets) if (key && (slugs.includes(slug) || ids.has(id))) placed.set(id, key)
  return placed
}
