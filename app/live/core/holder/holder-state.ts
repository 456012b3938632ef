import { openResultStore, type ResultStore } from '../result-store.ts'
import { type ServerClock, serverClock } from '../server-clock.ts'
import type { Subscription } from '../subscription.ts'
import { openSubscriptions, type Subscriptions } from '../subscriptions.ts'
import type { HolderEffect } from './holder-effect.ts'
import type { Port } from './holder-input.ts'
import type { Link } from './link.ts'
import type { Batch, LayoutRead, Want } from './read-request.ts'

/** A page that is attached. */
export interface AttachedPage {
  readonly id: string
  readonly subscription: Subscription
  readonly port: Port
  /** Moment after which it is forgotten. */
  until: number
  /** What was last said to it of how far to trust what it shows. */
  status: string
}

/**
 * All a holder knows. It is changed in place, for a page may show a thousand results and hear of several in a
 * millisecond. Moments are of the environment's clock, in milliseconds.
 */
export interface HolderState {
  /** Moment of the input that is being taken in, and what it asks to be done so far. */
  now: number
  effects: HolderEffect[]
  readonly clock: ServerClock
  readonly subscriptions: Subscriptions
  readonly results: ResultStore
  readonly pages: Map<string, AttachedPage>
  /** Streams that carry everything that is followed, and greeted ones that bridge the time until these are greeted. */
  links: readonly Link[]
  replaced: Link[]
  /** Links are to be fitted to what is followed when the pages that mount together have done so. */
  fitting: boolean
  /** What is still to be read, by key, and the batches that did not bring all at their first try. */
  readonly wants: Map<string, Want>
  readonly failing: Set<Batch>
  readonly layoutReads: Map<Subscription, LayoutRead>
  /** What the browser says of the network. */
  offline: boolean
  /** Build the server runs, once it has said so. */
  build: string | undefined
}

export function newHolderState(): HolderState {
  const subscriptions = openSubscriptions()
  const state: HolderState = {
    now: 0,
    effects: [],
    clock: serverClock({ now: () => state.now }),
    subscriptions,
    results: openResultStore(subscriptions.show),
    pages: new Map(),
    links: [],
    replaced: [],
    fitting: false,
    wants: new Map(),
    failing: new Set(),
    layoutReads: new Map(),
    offline: false,
    build: undefined,
  }
  return state
}
