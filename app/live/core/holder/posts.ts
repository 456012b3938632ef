import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { LiveState } from '../live-state.ts'
import type { ToPage } from '../messages.ts'
import { isCaughtUp, type Subscription } from '../subscription.ts'
import type { AttachedPage, HolderState } from './holder-state.ts'
import { LIVE_WITHIN, liveState } from './link-state.ts'
import { carrying } from './links.ts'

const NEVER = Number.POSITIVE_INFINITY

export function post({ effects }: HolderState, { port }: Pick<AttachedPage, 'port'>, message: ToPage): void {
  effects.push({ kind: 'post', to: port, message })
}

/** All states of what a page shows, or those that are wanted. */
export function postStates(
  state: HolderState,
  page: AttachedPage,
  wanted: (shown: WidgetSnapshot) => boolean = () => true,
): void {
  const states = [...page.subscription.keys].flatMap((key) => {
    const shown = state.results.get(key)?.shown
    return shown && wanted(shown) ? [shown] : []
  })
  if (states.length > 0) postThese(state, page, states)
}

/** The layout, and then what is known of what it shows, to all who show it. */
export function postLayout(state: HolderState, subscription: Subscription): void {
  for (const page of state.pages.values()) {
    if (page.subscription !== subscription) continue
    post(state, page, { kind: 'layout', page: page.id, layout: subscription.layout })
    postStates(state, page)
  }
}

/** What is shown of the key now, to all who show it. */
export function postState(state: HolderState, key: string): void {
  const shown = state.results.get(key)?.shown
  if (!shown) return
  for (const page of state.pages.values())
    if (page.subscription.keys.has(key)) postThese(state, page, [shown])
}

function postThese(state: HolderState, page: AttachedPage, states: readonly WidgetSnapshot[]): void {
  const { subscription, id } = page
  const upTo = { revision: subscription.layout.revision, cursor: subscription.cursor }
  // While something is still to be read, a page that resumes elsewhere must begin before it.
  const complete = state.wants.size === 0 && isCaughtUp(subscription)
  post(state, page, { kind: 'states', page: id, states, ...(complete && { upTo }) })
}

/** How far to trust what is shown, to each for whom that changed. */
export function postStatuses(state: HolderState): void {
  for (const page of state.pages.values()) postStatus(state, page, 'unless said')
}

/** Time alone turns connecting into paused. */
export function postStatusesLater({ effects }: HolderState): void {
  effects.push({ kind: 'wait', ms: LIVE_WITHIN, next: { kind: 'post statuses' } })
}

export function postStatus(state: HolderState, page: AttachedPage, when: 'now' | 'unless said'): void {
  const { clock, build } = state
  const live = liveStateOf(state, page.subscription)
  const status = JSON.stringify([live, build])
  if (when === 'unless said' && status === page.status) return
  page.status = status
  post(state, page, { kind: 'status', page: page.id, live, now: clock.read(), build })
}

/** The best that any of its links says: while one replaces another, the old one still delivers. */
function liveStateOf(state: HolderState, subscription: Subscription): LiveState {
  const { now, offline, failing, layoutReads } = state
  const failingSince = Math.min(
    ...[...failing, layoutReads.get(subscription)].map((read) => read?.failingSince ?? NEVER),
    subscription.missedSince ?? NEVER,
  )
  const states = carrying(state, subscription).map(({ facts }) =>
    liveState({ ...facts, offline, failingSince }, now),
  )
  const best = (kind: LiveState['kind']) => states.find((one) => one.kind === kind)
  return best('live') ?? best('paused') ?? { kind: 'connecting' }
}
