import type { Attachment, ToHolder } from '../messages.ts'
import { hasKeys, keysById, type Subscription } from '../subscription.ts'
import { compareVersions, lowestCursor } from '../version.ts'
import type { Port } from './holder-input.ts'
import type { AttachedPage, HolderState } from './holder-state.ts'
import { adopt } from './layouts.ts'
import { leave } from './leave.ts'
import { carrying, fitLinksSoon, renewLinks } from './links.ts'
import { readAbsent, takeState } from './missing-results.ts'
import { post, postLayout, postStates, postStatus, postStatuses } from './posts.ts'

/** Milliseconds for which a hub is followed after a page last showed it, and after it was hidden. */
const KEPT_AFTER_SHOWN = 60_000
const KEPT_AFTER_HIDDEN = 300_000

export function takeMessage(state: HolderState, message: ToHolder, port: Port): void {
  switch (message.kind) {
    case 'knock':
      post(state, { port }, { kind: 'who' })
      break
    case 'network':
      takeNetwork(state, message.online)
      break
    case 'attach':
      attach(state, message.page, message.attachment, port)
      break
    default:
      takeSign(state, message, port)
  }
}

/** A page is there still, or no longer looked at, or leaves. */
function takeSign(
  state: HolderState,
  { kind, page: id }: Extract<ToHolder, { kind: 'seen' | 'hidden' | 'detach' }>,
  port: Port,
): void {
  const page = state.pages.get(id)
  if (page) keep(state, page, kind === 'hidden')
  if (kind === 'detach') state.pages.delete(id)
  if (kind !== 'seen') return
  if (page) postStatus(state, page, 'now')
  else post(state, { port }, { kind: 'who' })
}

/** Forgets pages that said nothing for too long, and leaves what they showed unless others show it. */
export function sweep(state: HolderState): void {
  for (const { id, until } of state.pages.values()) if (until < state.now) state.pages.delete(id)
  for (const one of state.subscriptions.all()) if (one.until < state.now) leave(state, one, false)
}

function takeNetwork(state: HolderState, online: boolean): void {
  if (state.offline === !online) return
  // Browsers are sometimes wrong about being offline, so a new connection is tried either way.
  state.offline = !online
  renewLinks(state, 'all')
  postStatuses(state)
}

function attach(state: HolderState, id: string, given: Attachment, port: Port): void {
  state.clock.heard(given.now)
  const subscription = state.subscriptions.join(given)
  const page = { id, subscription, port, until: 0, status: '' }
  keep(state, page, given.hidden)
  takeKnown(state, subscription, given)

  state.pages.set(id, page)
  const ahead = subscription.layout.revision - given.layout.revision
  const rekeyed = ahead === 0 && !hasKeys(given.layout, given.widget, keysById(subscription.layout))
  if (ahead > 0 || rekeyed) post(state, page, { kind: 'layout', page: id, layout: subscription.layout })
  // Of two layouts of one revision a stream that begins says which is right.
  if (rekeyed) renewLinks(state, 'all')
  const had = new Map(given.states.map(({ key, version }) => [key, version]))
  postStates(state, page, ({ key, version }) => compareVersions(version, had.get(key) ?? '') > 0)
  postStatus(state, page, 'now')
}

/** What the page knows, as far as no stream knows better. */
function takeKnown(state: HolderState, subscription: Subscription, given: Attachment): void {
  const begins = carrying(state, subscription).length === 0
  if (begins) {
    subscription.cursor = lowestCursor([subscription.cursor, given.cursor])
    if (given.layout.revision > subscription.layout.revision) {
      adopt(state, subscription, given.layout)
      // Those that came before with an older one hear of it from nobody else: the stream begins with this one.
      postLayout(state, subscription)
    }
  }
  // What a stream brings already is brought up to date or being read: what a page has of it may be older than that.
  for (const known of given.states)
    if (state.results.get(known.key) || (begins && !state.subscriptions.show(known.key, subscription)))
      takeState(state, known)
  if (begins) {
    readAbsent(state, subscription)
    fitLinksSoon(state)
  } else renewLinks(state, 'lost')
}

function keep({ now }: HolderState, page: AttachedPage, hidden: boolean): void {
  page.until = now + (hidden ? KEPT_AFTER_HIDDEN : KEPT_AFTER_SHOWN)
  page.subscription.until = Math.max(page.subscription.until, page.until)
}
