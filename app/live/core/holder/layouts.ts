import type { HubView } from '#contract/hub.ts'
import type { HubLayout } from '../shows.ts'
import { keysIn } from '../shows.ts'
import {
  type AnnouncedLayout,
  hasKeys,
  isCaughtUp,
  isCurrent,
  isPlaced,
  keysById,
  type Subscription,
} from '../subscription.ts'
import type { HolderState } from './holder-state.ts'
import { leave } from './leave.ts'
import { readAbsent } from './missing-results.ts'
import { postLayout, postStatuses } from './posts.ts'
import type { LayoutRead } from './read-request.ts'
import { retryLater } from './retries.ts'

/**
 * A stream said how a layout stands. The hub is read until ours is that, of a lower revision too: its keys may be of
 * another build.
 */
export function takeAnnounced(
  state: HolderState,
  subscription: Subscription,
  announced: AnnouncedLayout,
): void {
  if (announced.revision >= Math.max(subscription.layout.revision, subscription.announced.revision))
    subscription.announced = announced
  if (isCaughtUp(subscription) || state.layoutReads.has(subscription)) return
  const read = { subscription, failures: 0, failingSince: undefined }
  state.layoutReads.set(subscription, read)
  readLayout(state, read)
}

/** Reads the hub, unless that is no longer needed. */
export function readLayout(state: HolderState, read: LayoutRead): void {
  const { subscription } = read
  if (!state.subscriptions.has(subscription) || isCaughtUp(subscription)) endRead(state, read)
  else state.effects.push({ kind: 'read', read: { of: 'hub', at: subscription.hub, layout: read } })
}

/** A read that failed is tried again, like one answered by a node that lags behind, or is of another build. */
export function takeLayoutAnswer(
  state: HolderState,
  read: LayoutRead,
  view: HubView | undefined | null,
): void {
  const { subscription } = read
  if (state.subscriptions.has(subscription)) {
    if (view && isNews(view, subscription)) takeLayout(state, subscription, view)
    if (view === undefined) leave(state, subscription, true)
    else if (!isCaughtUp(subscription)) {
      retryLater(state, read)
      return
    }
  }
  endRead(state, read)
}

/** From now on the subscription is of this layout, and of its keys. */
export function adopt(state: HolderState, subscription: Subscription, layout: HubLayout): void {
  subscription.layout = layout
  subscription.keys = keysIn(layout, subscription.widget)
  if (layout.revision > subscription.announced.revision)
    subscription.announced = { revision: layout.revision }
  state.results.forgetUnfollowed()
}

function endRead(state: HolderState, { subscription }: LayoutRead): void {
  state.layoutReads.delete(subscription)
  postStatuses(state)
}

/** Of the same revision only other keys are, unless others still were announced. */
function isNews(view: HubView, subscription: Subscription): boolean {
  const { layout, widget } = subscription
  if (view.revision !== layout.revision) return view.revision > layout.revision
  return isCurrent(view, subscription) && !hasKeys(view, widget, keysById(layout))
}

function takeLayout(state: HolderState, subscription: Subscription, view: HubView): void {
  adopt(state, subscription, view)
  readAbsent(state, subscription)
  const { revision, keys } = subscription.announced
  if (keys ? hasKeys(view, subscription.widget, keys) : view.revision === revision)
    subscription.missedSince = undefined
  postLayout(state, subscription)
  if (!isPlaced(view, subscription)) leave(state, subscription, true)
}
