import type { HubView } from '#contract/hub.ts'
import type { KeyedData, Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { rest } from './rest.ts'
import { type LinkEvent, stream } from './stream.ts'

/** Everything the holder reaches outside itself. */
export interface Environment {
  /** @throws StreamRefused while iterating. */
  open(request: {
    readonly hubs: readonly string[]
    readonly widgets: readonly string[]
    readonly cursor: string
    readonly signal: AbortSignal
  }): AsyncIterable<LinkEvent>
  /** Each reads once, resolves with nothing on 404, and rejects when the server does not answer as it should. */
  readonly read: {
    hub(slug: string): Promise<HubView | undefined>
    snapshot(slug: string): Promise<Snapshot | undefined>
    widget(id: string): Promise<WidgetSnapshot | undefined>
    data(href: string): Promise<KeyedData | undefined>
  }
  /** Milliseconds by a clock that is never set. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** Milliseconds; ends early when the signal aborts. */
  rest(ms: number, signal: AbortSignal): Promise<void>
}

const READ_WITHIN = 10_000

async function read<T>(address: string, cache: RequestCache): Promise<T | undefined> {
  const response = await fetch(address, { cache, signal: AbortSignal.timeout(READ_WITHIN) })
  if (response.status === 404) return undefined
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  // What that node last knew, which may be older than what the stream has brought.
  if (response.headers.has('hubs-paused')) throw new Error(`${address} is answered without the cache`)
  return (await response.json()) as T
}

/** The API of the Hubs at `origin`, below `path`. The server's own addresses have the path. */
export function environmentAt(origin: string, path = ''): Environment {
  const api = `${origin}${path}/api/v1`
  return {
    open({ hubs, widgets, cursor, signal }) {
      const asked = new URLSearchParams([
        ...hubs.map((slug) => ['hub', slug]),
        ...widgets.map((id) => ['widget', id]),
      ])
      return stream({ url: `${api}/stream?${asked}`, cursor, signal })
    },
    read: {
      hub: (slug) => read(`${api}/hubs/${encodeURIComponent(slug)}`, 'no-store'),
      snapshot: (slug) => read(`${api}/hubs/${encodeURIComponent(slug)}/snapshot`, 'no-store'),
      widget: (id) => read(`${api}/widgets/${encodeURIComponent(id)}`, 'no-store'),
      data: (href) => read(origin + href, 'default'),
    },
    now: () => performance.now(),
    random: Math.random,
    rest,
  }
}

/** The API of the origin this script came from. */
export const browserEnvironment: Environment = environmentAt('', basePath)
