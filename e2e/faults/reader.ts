import { api } from '#testing/api.ts'
import type { LiveStatus } from '../../app/live/core/live-state.ts'
import type { HubLayout } from '../../app/live/core/shows.ts'
import { newQueryClient } from '../../app/live/react/document.ts'
import type { LiveWidget } from '../../app/live/react/live-widget.ts'
import { layoutAt, pageCache, resultAt, statusAt } from '../../app/live/react/query-cache.ts'
import { environmentAt } from '../../app/live/transport/environment.ts'
import { openHolder } from '../../app/live/transport/holder.ts'
import { openPage } from '../../app/live/transport/page.ts'

/** What is on the screen of somebody who looks at a hub. */
export interface Look {
  readonly slug: string
  readonly live: boolean
  readonly paused: boolean
  /** Unknown when the screen does not tell. */
  readonly revision: number | undefined
  /** Whether the jobs in its card of builds are looked at. */
  readonly jobs: boolean
  /** What each title shows, and whether its card says that this is the newest. */
  readonly shown: ReadonlyMap<string, { readonly value: number; readonly fresh: boolean }>
}

export interface Reader {
  readonly name: string
  look(): Promise<readonly Look[]>
  close(): Promise<void>
}

/** The browser half itself, without a browser: many are cheap. It reads hub and snapshot as a page is rendered from them. */
export async function openReader(name: string, url: string, slugs: readonly string[]): Promise<Reader> {
  const client = newQueryClient()
  const environment = environmentAt(url)
  const holder = openHolder(environment)
  const page = openPage({
    cache: pageCache(client),
    environment,
    hidden: false,
    connect(receive) {
      queueMicrotask(() => receive({ kind: 'who' }))
      return { send: (message) => holder.receive(message, receive), close: holder.close }
    },
  })
  for (const slug of slugs) {
    const hub = await api(url).hub(slug)
    const { cursor, now, widgets } = await api(url).snapshot(slug)
    page.attach({ hub: slug, layout: hub, cursor, now, states: Object.values(widgets) })
  }

  function look(slug: string): Look {
    const name = `hub ${slug}`
    const layout = client.getQueryData<HubLayout>(layoutAt(name))
    const line = client.getQueryData<LiveStatus>(statusAt(name))?.live.kind
    const shown = new Map<string, { value: number; fresh: boolean }>()
    for (const { key, title, type } of layout?.widgets ?? []) {
      const state = key === undefined ? undefined : client.getQueryData<LiveWidget>(resultAt(key))?.state
      const fresh = state?.status === 'fresh' || state?.status === 'empty'
      if (type === 'builds') {
        const { builds = [] } = (state?.data ?? {}) as { builds?: { job: string; version: string }[] }
        for (const { job, version } of builds) {
          // Several cards show it: the worst counts.
          const other = shown.get(job)
          const value = Math.min(Number(version), other?.value ?? Number.POSITIVE_INFINITY)
          shown.set(job, { value, fresh: fresh && (other?.fresh ?? true) })
        }
      } else shown.set(title, { value: (state?.data as { value?: number } | null)?.value ?? -1, fresh })
    }
    return {
      slug,
      live: line === 'live',
      paused: line === 'paused',
      revision: layout?.revision ?? 0,
      jobs: true,
      shown,
    }
  }

  return {
    name,
    look: async () => slugs.map(look),
    async close() {
      page.suspend()
      holder.close()
      client.clear()
    },
  }
}
