import { groups, type Subscription } from '../subscription.ts'
import { lowestCursor } from '../version.ts'
import type { HolderState } from './holder-state.ts'
import type { Link } from './link.ts'

/** Milliseconds in which pages that mount together are put on one stream. */
const GATHER = 10

export function fitLinksSoon(state: HolderState): void {
  if (state.fitting) return
  state.fitting = true
  state.effects.push({ kind: 'wait', ms: GATHER, next: { kind: 'fit links' } })
}

/** Makes the links carry exactly what is followed. One that is replaced ends after the `hello` of its successor. */
export function fitLinks(state: HolderState): void {
  state.fitting = false
  const { links } = state
  const next = groups(state.subscriptions.all()).map(
    (group) => links.find((link) => carriesJust(link, group)) ?? openLink(state, group),
  )
  state.links = next
  for (const link of links) {
    if (next.includes(link)) continue
    // Only a stream that sends something bridges the time until the new one does.
    if (link.greeted) state.replaced.push(link)
    else closeLinks(state, [link])
  }
  endBridges(state)
}

/** Drops all connections and makes new ones at once, or only those that are cut. */
export function renewLinks(state: HolderState, which: 'all' | 'lost'): void {
  const before = state.links
  const next = before
    .filter(({ subscriptions }) => subscriptions.size > 0)
    .map((link) => (which === 'all' || link.lost ? openLink(state, [...link.subscriptions], link) : link))
  state.links = next
  closeLinks(
    state,
    before.filter((link) => !next.includes(link)),
  )
  if (which === 'all') closeReplaced(state)
}

/** Once all its successors are greeted, what was replaced has nothing to bridge. */
export function endBridges(state: HolderState): void {
  if (state.links.every(({ greeted }) => greeted)) closeReplaced(state)
}

/** Links that carry it, the newest last. */
export function carrying(state: HolderState, subscription: Subscription): readonly Link[] {
  return openLinks(state).filter(({ subscriptions }) => subscriptions.has(subscription))
}

/** The server has stopped sending it of its own accord. */
export function dropFromLinks(state: HolderState, subscription: Subscription): void {
  for (const { subscriptions } of openLinks(state)) subscriptions.delete(subscription)
}

/** Words of a link that was closed may still arrive. */
export function isOpen(state: HolderState, link: Link): boolean {
  return openLinks(state).includes(link)
}

function openLinks({ links, replaced }: HolderState): readonly Link[] {
  return [...replaced, ...links]
}

function openLink(
  { now, clock, effects }: HolderState,
  subscriptions: readonly Subscription[],
  before?: Link,
): Link {
  const silence = before?.facts ?? { heard: now, heardAt: clock.read(), pulse: undefined }
  const link: Link = {
    subscriptions: new Set(subscriptions),
    facts: { ...silence, connected: false },
    greeted: false,
    lost: false,
  }
  effects.push({
    kind: 'open',
    link,
    hubs: subscriptions.filter(({ widget }) => widget === undefined).map(({ hub }) => hub),
    widgets: subscriptions.flatMap(({ widget }) => widget ?? []),
    cursor: lowestCursor(subscriptions.map(({ cursor }) => cursor)),
  })
  return link
}

function closeReplaced(state: HolderState): void {
  closeLinks(state, state.replaced)
  state.replaced = []
}

function closeLinks({ effects }: HolderState, links: readonly Link[]): void {
  for (const link of links) effects.push({ kind: 'close', link })
}

function carriesJust({ subscriptions }: Link, group: readonly Subscription[]): boolean {
  return subscriptions.size === group.length && group.every((one) => subscriptions.has(one))
}
