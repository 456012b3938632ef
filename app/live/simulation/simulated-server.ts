import type { HubView } from '#contract/hub.ts'
import type { KeyedData, Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import type { StreamEvents } from '#contract/stream-events.ts'
import { compareVersions } from '../core/version.ts'

/** Runs something at a moment of the test's choosing. */
export type Later = (what: string, run: () => void) => void

interface Entry {
  offset: number
  dataOffset: number
  data: string
}

interface Session {
  readonly hubs: Set<string>
  readonly widgets: Set<string>
  /** What this session's node has taken in of the layouts. */
  layouts: Map<string, HubView>
  readonly pending: Map<string, boolean>
  /** Newest version whose id was sent. */
  sent: string
  /** A new epoch began, and this session has not been told. */
  past: boolean
  write(text: string): void
  cut(): void
  open: boolean
}

const schema = 'notes@1'

/**
 * A server that keeps the contract of the stream and of the reads (docs/architecture.md) and nothing else, whose every
 * step is taken when the test says: events pend, layouts are taken in late, answers travel, connections are cut between
 * any two frames.
 */
export function simulatedServer(later: Later, now = () => 1) {
  const hubs = new Map<string, HubView>()
  /** What the node that holds the streams knows of them: edits reach it late. */
  const known = new Map<string, HubView>()
  const entries = new Map<string, Entry>()
  const sessions = new Set<Session>()
  let epoch = 1
  let offset = 0
  let writes = 0
  let refusing = false

  const version = (key: string) => `${epoch}:${entries.get(key)?.offset}`

  function state(key: string): Omit<WidgetSnapshot, 'data' | 'type'> {
    const at = entries.get(key)?.offset ?? 0
    return { key, version: version(key), schema, status: 'fresh', loadedAt: 1, checkedAt: at }
  }

  function mark(key: string, withData: boolean): void {
    for (const session of sessions) {
      if (![...placements(session).values()].includes(key)) continue
      const owed = session.pending.get(key) ?? false
      session.pending.delete(key)
      session.pending.set(key, owed || withData)
      later('flush', () => flush(session))
    }
  }

  function change(key: string, changed: boolean): void {
    offset += 1
    const before = entries.get(key)
    const data = changed || !before ? `${key} ${++writes}` : before.data
    entries.set(key, { offset, dataOffset: changed || !before ? offset : before.dataOffset, data })
    mark(key, changed)
  }

  function placements(session: Session): Map<string, string> {
    const placed = new Map<string, string>()
    for (const [slug, { widgets }] of session.layouts)
      for (const { id, key } of widgets)
        if (key && (session.hubs.has(slug) || session.widgets.has(id))) placed.set(id, key)
    return placed
  }

  function send<Name extends keyof StreamEvents>(
    session: Session,
    name: Name,
    data: StreamEvents[Name],
    id?: string,
  ): void {
    if (!session.open) return
    session.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n${id ? `id: ${id}\n` : ''}\n`)
  }

  function flush(session: Session): void {
    if (session.past) return
    const due = [...session.pending].sort(([a], [b]) => compareVersions(version(a), version(b)))
    session.pending.clear()
    for (const [key, withData] of due) {
      const entry = entries.get(key)
      const ids = [...placements(session)].flatMap(([id, shows]) => (shows === key ? [id] : []))
      if (!entry) continue
      ids.forEach((id, n) => {
        // Every third result is too large to travel in the frame.
        const large = entry.dataOffset % 3 === 0
        const carried = large
          ? { href: `/api/v1/data/${key}/${epoch}/${entry.dataOffset}?widget=${id}` }
          : { data: entry.data }
        const last = n === ids.length - 1 && compareVersions(version(key), session.sent) > 0
        send(
          session,
          'widget',
          { id, ...state(key), ...(withData && carried) },
          last ? version(key) : undefined,
        )
      })
      if (compareVersions(version(key), session.sent) > 0) session.sent = version(key)
    }
  }

  function edit(slug: string, widgets: HubView['widgets']): void {
    const before = hubs.get(slug)
    if (!before) return
    hubs.set(slug, { ...before, widgets, revision: before.revision + 1 })
    for (const { key } of widgets) if (key && !entries.has(key)) change(key, true)
    later('the node learns of the edit', () => {
      const hub = hubs.get(slug)
      if (hub) known.set(slug, hub)
      for (const session of sessions) later('take in a layout', () => takeIn(session, slug))
    })
  }

  /** Another build, or another secret, gives a widget another key; all streams end with the process. */
  function rekey(slug: string, id: string, key: string): void {
    for (const views of [hubs, known]) {
      const view = views.get(slug)
      if (!view) continue
      const widgets = view.widgets.map((widget) => (widget.id === id ? { ...widget, key } : widget))
      views.set(slug, { ...view, widgets })
    }
    if (!entries.has(key)) change(key, true)
    for (const session of [...sessions]) session.cut()
  }

  function takeIn(session: Session, slug: string): void {
    const hub = known.get(slug)
    const held = session.layouts.get(slug)
    if (!hub || !held || held.revision === hub.revision) return
    const before = placements(session)
    session.layouts.set(slug, hub)
    for (const id of session.widgets) {
      if (!held.widgets.some((widget) => widget.id === id) || hub.widgets.some((widget) => widget.id === id))
        continue
      session.widgets.delete(id)
      send(session, 'gone', { id })
    }
    const moved = [...placements(session)].filter(([id, key]) => before.get(id) !== key)
    const whole = session.hubs.has(slug)
    if (!whole && moved.length === 0) return
    const named = whole ? hub.widgets.flatMap(({ id, key }) => (key ? [[id, key] as const] : [])) : moved
    send(session, 'layout', { hub: slug, revision: hub.revision, keys: Object.fromEntries(named) })
    for (const [, key] of moved) {
      session.pending.delete(key)
      session.pending.set(key, true)
    }
    later('flush', () => flush(session))
  }

  function restart(): void {
    epoch += 1
    offset = 0
    for (const entry of entries.values()) {
      entry.offset = ++offset
      entry.dataOffset = offset
    }
    for (const session of sessions) {
      session.past = true
      later('resync', () => resync(session))
    }
  }

  function resync(session: Session): void {
    session.pending.clear()
    session.past = false
    session.sent = `${epoch}:${offset}`
    const widgets = [...placements(session)].map(([id, key]) => [id, { key, version: version(key) }] as const)
    send(session, 'resync', { widgets: Object.fromEntries(widgets) }, `${epoch}:${offset}`)
  }

  function connect(asked: URL, cursor: string, write: Session['write'], cut: Session['cut']): Session {
    const slugs = asked.searchParams.getAll('hub')
    const ids = new Set(asked.searchParams.getAll('widget'))
    const session: Session = {
      hubs: new Set(slugs),
      widgets: ids,
      layouts: new Map(
        [...known].filter(
          ([slug, { widgets }]) => slugs.includes(slug) || widgets.some(({ id }) => ids.has(id)),
        ),
      ),
      pending: new Map(),
      sent: cursor,
      past: false,
      write,
      cut,
      open: true,
    }
    sessions.add(session)
    const revisions = [...session.layouts].map(([slug, { revision }]) => [slug, revision] as const)
    const keys = [...session.layouts].map(([slug, { widgets }]) => {
      const followed = widgets.filter(({ id }) => slugs.includes(slug) || ids.has(id))
      return [slug, Object.fromEntries(followed.map(({ id, key }) => [id, key ?? '']))] as const
    })
    const said = {
      cursor,
      heartbeat: 20,
      now: now(),
      through: now(),
      build: 'b',
      hubs: Object.fromEntries(revisions),
      keys: Object.fromEntries(keys),
    }
    send(session, 'hello', said)
    if (Number(cursor.split(':')[0]) !== epoch) resync(session)
    else {
      for (const key of new Set(placements(session).values()))
        if (compareVersions(version(key), cursor) > 0) session.pending.set(key, true)
      later('flush', () => flush(session))
    }
    return session
  }

  function isKnown(asked: URL): boolean {
    const ids = asked.searchParams.getAll('widget')
    const placesOne = ({ widgets }: HubView) => widgets.some(({ id }) => ids.includes(id))
    return (
      asked.searchParams.getAll('hub').some((slug) => known.has(slug)) || [...known.values()].some(placesOne)
    )
  }

  /** Stands in for `fetch`: a stream whose bytes are delivered when the test says. */
  const streamFetch: typeof fetch = async (input, init) => {
    const asked = new URL(String(input), 'http://server')
    const headers = new Headers(init?.headers)
    const cursor = headers.get('last-event-id') ?? asked.searchParams.get('cursor') ?? ''
    await new Promise<void>((resolve) => later('connect', resolve))
    if (init?.signal?.aborted || refusing) return new Response('', { status: 503 })
    if (!isKnown(asked)) return new Response('', { status: 404 })
    const written: string[] = []
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const deliver = () => {
      const text = written.shift()
      if (text !== undefined && session.open) controller?.enqueue(new TextEncoder().encode(text))
    }
    const end = () => {
      session.open = false
      sessions.delete(session)
    }
    const body = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given
      },
      cancel: end,
    })
    const session = connect(
      asked,
      cursor,
      (text) => {
        written.push(text)
        later('deliver', deliver)
      },
      () => {
        if (session.open) controller?.error(new Error('cut'))
        end()
      },
    )
    init?.signal?.addEventListener('abort', () => {
      if (session.open) controller?.error(new Error('aborted'))
      end()
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
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

  function snapshotOf(slug: string): Snapshot | undefined {
    const hub = hubs.get(slug)
    if (!hub) return undefined
    const widgets = hub.widgets.flatMap(({ id, key }) => {
      const entry = key && entries.get(key)
      return key && entry ? [[id, { ...state(key), type: 'notes', data: entry.data }] as const] : []
    })
    const { revision } = hub
    return {
      cursor: `${epoch}:${offset}`,
      now: now(),
      through: now(),
      revision,
      widgets: Object.fromEntries(widgets),
    }
  }

  function widgetOf(id: string): WidgetSnapshot | undefined {
    for (const slug of hubs.keys()) {
      const found = snapshotOf(slug)?.widgets[id]
      if (found) return found
    }
    return undefined
  }

  function dataOf(href: string): KeyedData | undefined {
    const key = href.split('/')[4] ?? ''
    const entry = entries.get(key)
    return entry && { key, version: `${epoch}:${entry.dataOffset}`, data: entry.data }
  }

  return {
    hubs,
    version,
    create(slug: string, widgets: HubView['widgets']): void {
      const view = {
        slug,
        title: slug,
        summary: '',
        visibility: 'public',
        embedOrigins: [],
        revision: 1,
      } as const
      hubs.set(slug, { ...view, widgets })
      known.set(slug, { ...view, widgets })
      for (const { key } of widgets) if (key && !entries.has(key)) change(key, true)
    },
    dataAt: (key: string) => entries.get(key)?.data,
    change(key: string, changed: boolean): void {
      if (entries.has(key)) change(key, changed)
    },
    edit,
    rekey,
    restart,
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
      hub: (slug: string) => answer('hub', () => hubs.get(slug)),
      snapshot: (slug: string) => answer('snapshot', () => snapshotOf(slug)),
      widget: (id: string) => answer('widget', () => widgetOf(id)),
      data: (href: string) => answer('data', () => dataOf(href)),
    },
  }
}
