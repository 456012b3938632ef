import { type QueryClient, replaceEqualDeep } from '@tanstack/react-query'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { newerState } from '../core/incoming.ts'
import type { LiveStatus } from '../core/live-state.ts'
import type { InitialView } from '../core/messages.ts'
import type { HubLayout } from '../core/shows.ts'
import { nameOf } from '../core/shows.ts'
import { compareVersions } from '../core/version.ts'
import type { PageCache } from '../transport/page-cache.ts'
import type { LiveWidget } from './live-widget.ts'

/** Addresses in the query cache. `name` is of what is shown: a hub or a widget. */
export const resultAt = (key: string) => ['result', key] as const
/** Version of what was forgotten of a result. */
const forgottenAt = (key: string) => ['forgotten', key] as const
export const layoutAt = (name: string) => ['layout', name] as const
export const statusAt = (name: string) => ['status', name] as const
export const goneAt = (name: string) => ['gone', name] as const

/**
 * The only way a result enters the cache, whether pushed, fetched or server-rendered: the higher version stays
 * (TanStack's own hydration compares clocks). Data that is equal stays the same object, so that its view rests.
 */
export function writeState(client: QueryClient, state: WidgetSnapshot, now: number): void {
  const held = client.getQueryData<LiveWidget>(resultAt(state.key))
  const forgotten = client.getQueryData<string>(forgottenAt(state.key))
  if (forgotten !== undefined && compareVersions(state.version, forgotten) < 0) return
  const shown = newerState(held?.state, state)
  if (shown === held?.state) return
  const data = held ? replaceEqualDeep(held.state.data, shown.data) : shown.data
  const changed = held !== undefined && held.state.status !== 'loading' && data !== held.state.data
  const changedAt = changed ? now : (held?.changedAt ?? null)
  client.setQueryData<LiveWidget>(resultAt(state.key), {
    state: { ...shown, data },
    changedAt,
    outdated: false,
  })
}

/** It is not drawn again unless it is said anew, and nothing older is, for a reader may have seen it. */
function forgetState(client: QueryClient, key: string): void {
  const held = client.getQueryData<LiveWidget>(resultAt(key))
  if (!held) return
  client.setQueryData<string>(forgottenAt(key), held.state.version)
  client.removeQueries({ queryKey: resultAt(key), exact: true })
}

/**
 * The higher revision stays. Of the same one the holder's does, for it follows which keys widgets have since; what the
 * server once rendered does not come back.
 */
export function writeLayout(
  client: QueryClient,
  name: string,
  layout: HubLayout,
  from: 'server' | 'holder',
): void {
  const held = client.getQueryData<HubLayout>(layoutAt(name))
  const least = held ? held.revision + (from === 'holder' ? 0 : 1) : 0
  if (layout.revision >= least) client.setQueryData<HubLayout>(layoutAt(name), layout)
}

/** Puts what the server rendered into the cache, as far as it is news there. */
export function seed(client: QueryClient, view: InitialView): void {
  writeLayout(client, nameOf(view), view.layout, 'server')
  for (const state of view.states) writeState(client, state, view.now)
}

/** The cache as the end of the live updates writes it. */
export function pageCache(client: QueryClient): PageCache {
  return {
    seed: (view) => seed(client, view),
    state: (key) => client.getQueryData<LiveWidget>(resultAt(key))?.state,
    writeState: (state, now) => writeState(client, state, now),
    forgetState: (key) => forgetState(client, key),
    layout: (name) => client.getQueryData<HubLayout>(layoutAt(name)),
    writeLayout: (name, layout) => writeLayout(client, name, layout, 'holder'),
    writeGone: (name, gone) => void client.setQueryData<boolean>(goneAt(name), gone),
    writeStatus: (name, status) => void client.setQueryData<LiveStatus | null>(statusAt(name), status),
  }
}
