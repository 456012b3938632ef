import type { StreamEvents } from '#contract/stream-events.ts'
import type { LinkEvent, StreamEvent } from '../stream-event.ts'
import { hasKeys, isCurrent, type Keys, type Subscription } from '../subscription.ts'
import { compareVersions, newerCursor } from '../version.ts'
import { checkAbsence } from './absence.ts'
import type { HolderState } from './holder-state.ts'
import { takeAnnounced } from './layouts.ts'
import type { Link } from './link.ts'
import { dropFromLinks, endBridges, isOpen } from './links.ts'
import { readAbsent, readOvertaken, readWanted } from './missing-results.ts'
import { postState, postStatuses, postStatusesLater } from './posts.ts'

export function takeEvent(state: HolderState, link: Link, event: LinkEvent): void {
  if (!isOpen(state, link)) return
  const { name } = event
  link.lost = name === 'lost'
  if (name === 'lost') {
    link.facts = { ...link.facts, connected: false, crowded: event.crowded ?? false }
    postStatusesLater(state)
    postStatuses(state)
    return
  }
  let { pulse } = link.facts
  if (name === 'hello' || name === 'beat') {
    pulse = event.data
    state.clock.heard(pulse.now, name === 'hello')
  }
  link.facts = { connected: true, heard: state.now, heardAt: state.clock.read(), pulse }
  const changed = takeData(state, link, event)
  const { id } = event
  if (id !== undefined)
    for (const subscription of link.subscriptions) subscription.cursor = newerCursor(subscription.cursor, id)
  // After the cursor, which goes with it.
  if (changed !== undefined) postState(state, changed)
  if (name !== 'widget') postStatuses(state)
  if (name === 'hello') endBridges(state)
}

/** The key of which something else is to be shown, if any. */
function takeData(state: HolderState, link: Link, event: StreamEvent): string | undefined {
  switch (event.name) {
    case 'hello':
      takeHello(state, link, event.data)
      break
    case 'widget':
      return follows(state, link, event.data.key) ? takeWidget(state, event.data) : undefined
    case 'resync':
      takeManifest(state, event.data)
      break
    case 'layout':
      takeLayoutEvent(state, link, event.data)
      break
    case 'gone':
      takeGone(state, link, event.data)
      break
  }
  return undefined
}

function takeHello(state: HolderState, link: Link, { build, hubs, keys }: StreamEvents['hello']): void {
  link.greeted = true
  state.offline = false
  state.build = build
  for (const subscription of link.subscriptions)
    compareLayout(state, subscription, hubs[subscription.hub], keys?.[subscription.hub])
}

/** A stream that begins says how far its server knows the hub. */
function compareLayout(
  state: HolderState,
  subscription: Subscription,
  revision: number | undefined,
  keys: Keys | undefined,
): void {
  const { layout, widget } = subscription
  // One that lags behind may follow the same keys all the same; of a widget alone it then has nothing more to say.
  const agrees = keys
    ? revision !== undefined && revision <= layout.revision && hasKeys(layout, widget, keys)
    : revision === layout.revision
  if (revision !== undefined && agrees) {
    takeAnnounced(state, subscription, { revision, keys })
    if (isCurrent(layout, subscription)) catchUp(state, subscription)
    return
  }
  // It follows other keys than ours, for longer than it says, and moves the cursor on meanwhile.
  miss(state, subscription)
  if (revision === undefined) checkAbsence(state, { subscription })
  else takeAnnounced(state, subscription, { revision, keys })
}

/**
 * What a link still brings of a hub that was left is not for one that came anew and knows less: a push without data is
 * relative to what the link brought before.
 */
function follows({ subscriptions }: HolderState, link: Link, key: string): boolean {
  for (const one of link.subscriptions) if (one.keys.has(key) && subscriptions.has(one)) return true
  return false
}

function takeWidget(state: HolderState, pushed: StreamEvents['widget']): string | undefined {
  const { key, id } = pushed
  const changed = state.results.take(pushed)
  const awaited = state.results.get(key)?.awaited
  if (awaited?.state.version === pushed.version) {
    const { version, href } = awaited
    readWanted(state, [{ key, id, version, ...(href !== undefined && { href }) }])
  }
  return changed ? key : undefined
}

/** Of a new epoch, or after too long: versions alone. */
function takeManifest(state: HolderState, { widgets }: StreamEvents['resync']): void {
  const differing = Object.entries(widgets).filter(
    ([, { key, version }]) => compareVersions(state.results.version(key) ?? '', version) < 0,
  )
  readOvertaken(
    state,
    differing.map(([id, { key, version }]) => ({ key, id, version })),
  )
}

function takeLayoutEvent(
  state: HolderState,
  link: Link,
  { hub, revision, keys }: StreamEvents['layout'],
): void {
  for (const subscription of link.subscriptions) {
    const { widget, layout } = subscription
    if (subscription.hub !== hub || revision < layout.revision) continue
    const own = widget === undefined ? Object.values(keys) : keys[widget]
    if (own !== undefined) subscription.keys = new Set([own].flat())
    // A stream of one widget brings only what changed of it.
    const all = widget === undefined ? keys : { ...subscription.announced.keys, ...keys }
    takeAnnounced(state, subscription, { revision, keys: all })
    if (revision === layout.revision && isCurrent(layout, subscription)) catchUp(state, subscription)
  }
  state.results.forgetUnfollowed()
}

function takeGone(state: HolderState, link: Link, gone: StreamEvents['gone']): void {
  for (const subscription of link.subscriptions) {
    if ('hub' in gone ? subscription.hub !== gone.hub : subscription.widget !== gone.id) continue
    miss(state, subscription)
    dropFromLinks(state, subscription)
    postStatuses(state)
    checkAbsence(state, { subscription, askAnother: true })
  }
}

function miss(state: HolderState, subscription: Subscription): void {
  subscription.missedSince ??= state.now
  postStatusesLater(state)
}

function catchUp(state: HolderState, subscription: Subscription): void {
  if (subscription.missedSince !== undefined) readAbsent(state, subscription)
  subscription.missedSince = undefined
}
