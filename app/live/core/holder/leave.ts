import type { Subscription } from '../subscription.ts'
import type { HolderState } from './holder-state.ts'
import { dropFromLinks, fitLinksSoon } from './links.ts'
import { post } from './posts.ts'

/** Ends what no page shows any more, or what is gone, of which its pages are told. */
export function leave(state: HolderState, subscription: Subscription, gone: boolean): void {
  state.subscriptions.end(subscription)
  if (gone) dropFromLinks(state, subscription)
  for (const page of state.pages.values()) {
    if (page.subscription !== subscription) continue
    if (gone) post(state, page, { kind: 'gone', page: page.id })
    state.pages.delete(page.id)
  }
  state.results.forgetUnfollowed()
  fitLinksSoon(state)
}
