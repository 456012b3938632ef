import type { QueryClient } from '@tanstack/react-query'
import type { HubView } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import type { HubLayout, Shows } from '../core/shows.ts'
import { compareVersions } from '../core/version.ts'
import { newQueryClient } from '../react/document.ts'
import type { LiveWidget } from '../react/live-widget.ts'
import { pageCache } from '../react/query-cache.ts'
import type { Connect } from '../transport/channel.ts'
import { openPage, type Page } from '../transport/page.ts'
import type { SimulatedTime } from './simulated-time.ts'

/** A document that a reader has open. */
export interface SimulatedTab {
  readonly shows: Shows
  readonly page: Page
  readonly client: QueryClient
  /** The reader looks at something else. */
  hidden: boolean
  detach(): void
  /** Nothing it sends or is sent arrives any more. */
  die(): void
}

/** `wentBack` is told of each result that gives way to an older one. */
export function openTab(options: {
  readonly shows: Shows
  readonly view: HubView
  readonly snapshot: Snapshot
  readonly connect: Connect
  readonly time: SimulatedTime
  wentBack(what: string): void
}): SimulatedTab {
  const { shows, view, snapshot, connect, time, wentBack } = options
  const client = newQueryClient()
  watch(client, wentBack)
  const closing: (() => void)[] = []
  let dead = false
  const page = openPage({
    cache: pageCache(client),
    connect(receive) {
      if (dead) return { send() {}, close() {} }
      const channel = connect((message) => !dead && receive(message))
      closing.push(channel.close)
      return { send: (message) => !dead && channel.send(message), close: channel.close }
    },
    // The clock of a tab that is no more stands still.
    environment: { ...time, rest: (ms, signal) => (dead ? new Promise(() => {}) : time.rest(ms, signal)) },
    hidden: false,
  })
  const layout: HubLayout =
    shows.widget === undefined
      ? view
      : { ...view, widgets: view.widgets.filter(({ id }) => id === shows.widget) }
  const { cursor, widgets } = snapshot
  const detach = page.attach({ ...shows, layout, cursor, now: 1, states: Object.values(widgets) })
  return {
    shows,
    page,
    client,
    hidden: false,
    detach,
    die() {
      dead = true
      for (const close of closing) close()
    },
  }
}

function watch(client: QueryClient, wentBack: (what: string) => void): void {
  const highest = new Map<unknown, string>()
  client.getQueryCache().subscribe(({ query }) => {
    const [kind, key] = query.queryKey
    const { version } = (query.state.data as LiveWidget | undefined)?.state ?? {}
    if (kind !== 'result' || version === undefined) return
    const before = highest.get(key) ?? ''
    if (compareVersions(version, before) < 0) wentBack(`${key} from ${before} to ${version}`)
    highest.set(key, version)
  })
}
