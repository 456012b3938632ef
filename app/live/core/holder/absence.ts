import type { HubView } from '#contract/hub.ts'
import { isPlaced } from '../subscription.ts'
import type { HolderState } from './holder-state.ts'
import { leave } from './leave.ts'
import type { Link } from './link.ts'
import { isOpen, renewLinks } from './links.ts'
import type { AbsenceCheck, RefusedLink } from './read-request.ts'

/** Milliseconds after which another stream is asked for what one did not know, and a refused one is asked again. */
const ASK_ANOTHER = 1_000
const ASK_AGAIN = 15_000

export function checkAbsence(state: HolderState, check: AbsenceCheck): void {
  state.effects.push({ kind: 'read', read: { of: 'hub', at: check.subscription.hub, absence: check } })
}

/** Nothing that the link asks for is there, says a server; it may only lag behind. */
export function takeRefusal(state: HolderState, link: Link): void {
  if (!isOpen(state, link)) return
  link.facts = { ...link.facts, connected: false }
  const refusal = { link, unanswered: link.subscriptions.size, confirmed: false }
  for (const subscription of link.subscriptions) checkAbsence(state, { subscription, refusal })
  if (refusal.unanswered === 0) endRefusal(state, refusal)
}

export function takeCheck(state: HolderState, check: AbsenceCheck, view: HubView | undefined | null): void {
  const { subscription, askAnother, refusal } = check
  const isGone =
    state.subscriptions.has(subscription) && view !== null && !(view && isPlaced(view, subscription))
  if (isGone) leave(state, subscription, true)
  else if (askAnother) state.effects.push({ kind: 'wait', ms: ASK_ANOTHER, next: { kind: 'fit links' } })
  if (!refusal) return
  refusal.unanswered -= 1
  if (isGone) refusal.confirmed = true
  if (refusal.unanswered === 0) endRefusal(state, refusal)
}

/** Asks anew: for the rest, when something was gone indeed, and otherwise for all of it after a while. */
function endRefusal(state: HolderState, { link, confirmed }: RefusedLink): void {
  if (!confirmed)
    state.effects.push({ kind: 'wait', ms: ASK_AGAIN, next: { kind: 'renew links', unlessClosed: link } })
  else if (isOpen(state, link)) renewLinks(state, 'all')
}
