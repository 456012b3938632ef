'use client'

import { skipToken, useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { HubView, HubWidget } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import type { LiveState, LiveStatus } from '../core/live-state.ts'
import type { InitialView } from '../core/messages.ts'
import type { HubLayout, Shows } from '../core/shows.ts'
import { keysIn, nameOf } from '../core/shows.ts'
import { liveDocument } from './document.ts'
import { drawable } from './drawable.ts'
import { asOutdated, type LiveWidget, waiting } from './live-widget.ts'
import { goneAt, layoutAt, resultAt, seed, statusAt } from './query-cache.ts'
import { retry } from './retry.ts'

interface Live {
  readonly live: LiveState
  /** The server runs another build than this page. */
  readonly newBuild: boolean
  /** What the page shows no longer exists. */
  readonly gone: boolean
  /** Asks for one more load of a widget. Resolves with a sentence for the reader when that could not be done. */
  retry(id: string): Promise<string | undefined>
  /** Milliseconds since 1970 by the server's clock. */
  clock(): number
}

export interface LiveHub extends Live {
  /** Follows edits of the hub. */
  readonly hub: HubView
  /** By widget id. An object stays the same until its widget changes. */
  readonly widgets: Readonly<Record<string, LiveWidget>>
}

export interface LiveWidgetPage extends Live {
  /** Follows edits of the widget. */
  readonly widget: HubWidget
  readonly shown: LiveWidget
}

export interface HubStart {
  readonly hub: HubView
  readonly snapshot: Snapshot
  readonly paused: boolean
  readonly build: string
}

export interface WidgetStart {
  /** Slug of the widget's hub. */
  readonly hub: string
  readonly widget: HubWidget
  readonly snapshot: Snapshot
  readonly paused: boolean
  readonly build: string
}

/** A hub as it is now, beginning with what the server rendered. */
export function useLiveHub(start: HubStart): LiveHub {
  const { hub, snapshot } = start
  const begun = useMemo(() => beginning({ hub: hub.slug, layout: hub, snapshot }), [hub, snapshot])
  const { layout, widgets, ...rest } = useLive(begun, start)
  return { ...rest, hub: useMemo(() => ({ ...hub, ...layout }), [hub, layout]), widgets }
}

/** One widget as it is now: for its own page and for embeds. */
export function useLiveWidget(start: WidgetStart): LiveWidgetPage {
  const { hub, widget, snapshot } = start
  const begun = useMemo(() => {
    const layout = { revision: snapshot.revision, widgets: [widget] }
    return beginning({ hub, widget: widget.id, layout, snapshot })
  }, [hub, widget, snapshot])
  const { layout, widgets, ...rest } = useLive(begun, start)
  const placed = layout.widgets.find(({ id }) => id === widget.id) ?? widget
  return { ...rest, widget: placed, shown: widgets[widget.id] ?? waiting(placed) }
}

interface Followed extends Live {
  readonly layout: HubLayout
  readonly widgets: LiveHub['widgets']
}

function beginning({ snapshot, ...shows }: Shows & { layout: HubLayout; snapshot: Snapshot }): InitialView {
  const states = Object.values(snapshot.widgets)
  return { ...shows, cursor: snapshot.cursor, now: snapshot.now, states }
}

type Rendered = Pick<HubStart, 'snapshot' | 'paused' | 'build'>

const useLive = typeof window === 'undefined' ? asStarted : useFollowed

/** On the server nothing comes after the start, so nothing is observed there. */
function asStarted(start: InitialView, rendered: Rendered): Followed {
  const { layout, states, now } = start
  const byKey = new Map(states.map((state) => [state.key, { state, changedAt: null, outdated: false }]))
  const widgets = shownBy(layout, (key) => byKey.get(key))
  return { layout, widgets, live: unknown(rendered), newBuild: false, gone: false, retry, clock: () => now }
}

function useFollowed(start: InitialView, rendered: Rendered): Followed {
  const { snapshot, paused, build } = rendered
  const [{ client, page }] = useState(() => liveDocument(build))
  const name = nameOf(start)
  // While rendering, so that the first picture is already of the newest; taking the same in again changes nothing.
  useMemo(() => seed(client, start), [client, start])
  useEffect(() => page.attach(start), [page, start])

  const said = useQuery<LiveStatus | null>({ queryKey: statusAt(name), queryFn: skipToken }, client).data
  const newest = useQuery<HubLayout>({ queryKey: layoutAt(name), queryFn: skipToken }, client).data
  const gone = useQuery<boolean>({ queryKey: goneAt(name), queryFn: skipToken }, client).data ?? false
  const newBuild = said?.build !== undefined && said.build !== build

  const { layout, outdated } = useMemo(
    () => drawable(start.layout, newest ?? start.layout, newBuild),
    [start, newest, newBuild],
  )
  const keys = useMemo(() => [...keysIn(layout, start.widget)], [layout, start])
  const results = useQueries(
    { queries: keys.map((key) => ({ queryKey: resultAt(key), queryFn: skipToken })), combine: dataOf },
    client,
  )
  const widgets = useMemo(() => {
    const byKey = new Map(keys.map((key, n) => [key, results[n]]))
    return shownBy(layout, (key) => byKey.get(key), outdated)
  }, [keys, results, layout, outdated])

  useReloadUnseen(outdated.size > 0)
  const begun = useMemo(() => unknown({ snapshot, paused }), [snapshot, paused])
  return { layout, widgets, live: said?.live ?? begun, newBuild, gone, retry, clock: page.clock }
}

/** By widget id. */
function shownBy(
  layout: HubLayout,
  resultOf: (key: string) => LiveWidget | undefined,
  outdated: ReadonlySet<string> = new Set(),
): Readonly<Record<string, LiveWidget>> {
  return Object.fromEntries(
    layout.widgets.map((widget) => {
      const result = (widget.key === undefined ? undefined : resultOf(widget.key)) ?? waiting(widget)
      return [widget.id, outdated.has(widget.id) ? asOutdated(result) : result]
    }),
  )
}

/** What can be said before the holder has said how it stands. */
function unknown({ snapshot, paused }: Pick<Rendered, 'snapshot' | 'paused'>): LiveState {
  return paused ? { kind: 'paused', since: snapshot.through || snapshot.now } : { kind: 'connecting' }
}

function dataOf(results: readonly { readonly data: unknown }[]): readonly (LiveWidget | undefined)[] {
  return results.map(({ data }) => data as LiveWidget | undefined)
}

/** A deploy changed the shape of something here: the page is loaded anew while nobody looks. */
function useReloadUnseen(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return
    const reload = () => {
      if (document.visibilityState === 'hidden') location.reload()
    }
    document.addEventListener('visibilitychange', reload)
    return () => document.removeEventListener('visibilitychange', reload)
  }, [wanted])
}
