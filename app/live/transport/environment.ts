import type { HubView } from '#contract/hub.ts'
import type { KeyedData, Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { apiAt, isRefused, readJson } from '../../api.ts'
import type { LinkEvent } from '../core/stream-event.ts'
import { rest } from './rest.ts'
import { stream } from './stream.ts'

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

/** Nothing where there is none. */
const orNone = <T>(read: Promise<T>): Promise<T | undefined> =>
  read.catch((error: unknown) => {
    if (isRefused(error) && error.status === 404) return undefined
    throw error
  })

/** The API of the Hubs at `origin`, below `path`. The server's own addresses have the path. */
export function environmentAt(origin: string, path = ''): Environment {
  const api = apiAt(origin + path)
  const soon = (cache: RequestCache) => ({ cache, signal: AbortSignal.timeout(READ_WITHIN) })
  return {
    open({ hubs, widgets, cursor, signal }) {
      const asked = new URLSearchParams([
        ...hubs.map((slug) => ['hub', slug]),
        ...widgets.map((id) => ['widget', id]),
      ])
      return stream({ url: `${origin}${path}/api/v1/stream?${asked}`, cursor, signal })
    },
    read: {
      hub: (slug) => orNone(api('GET /api/v1/hubs/:slug', { slug }, soon('no-store'))),
      snapshot: (slug) => orNone(api('GET /api/v1/hubs/:slug/snapshot', { slug }, soon('no-store'))),
      widget: (id) => orNone(api('GET /api/v1/widgets/:id', { id }, soon('no-store'))),
      data: (href) => orNone(readJson(origin + href, soon('default'))),
    },
    now: () => performance.now(),
    random: Math.random,
    rest,
  }
}

/** The API of the origin this script came from. */
export const browserEnvironment: Environment = environmentAt('', basePath)
