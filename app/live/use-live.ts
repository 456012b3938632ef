'use client'

import type { HubView, HubWidget, Snapshot, WidgetSnapshot } from '#backend/wire.ts'

/** How far the page can be trusted. Times are milliseconds since 1970 by the server's clock. */
export type LiveState =
  | { readonly kind: 'live' }
  /** Nothing newer than `since` is known to have arrived. */
  | { readonly kind: 'paused'; readonly since: number }
  | { readonly kind: 'connecting' }

export interface LiveWidget {
  readonly state: WidgetSnapshot
  /** Server time of the last change of data seen since the page opened: drives the just-changed mark. */
  readonly changedAt: number | null
  /** The server runs a newer schema than this page can draw: the card keeps what it had, a reload brings the new one. */
  readonly outdated: boolean
}

interface Live {
  readonly live: LiveState
  /** The server runs another build than this page. */
  readonly newBuild: boolean
  /** What the page shows no longer exists. */
  readonly gone: boolean
  /** Asks for one more load of a widget. @throws Error with a sentence for the reader. */
  retry(id: string): Promise<void>
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
export declare function useLiveHub(start: HubStart): LiveHub

/** One widget as it is now: for its own page and for embeds. */
export declare function useLiveWidget(start: WidgetStart): LiveWidgetPage
