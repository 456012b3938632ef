import type { Subscription } from '../subscription.ts'
import type { LinkFacts } from './link-state.ts'

/** One stream of the server. */
export interface Link {
  /** What it carries: what was asked for, without what the server said is gone. */
  readonly subscriptions: Set<Subscription>
  facts: Omit<LinkFacts, 'offline' | 'failingSince'>
  /** Its `hello` has come. */
  greeted: boolean
  /** Cut at least once, and resting or trying since. */
  lost: boolean
}
