import type { HubView } from '#contract/hub.ts'
import type { Incoming } from '../core/known-result.ts'
import type { LiveState } from '../core/live-state.ts'
import { LIVE_WITHIN, liveState } from '../core/live-state.ts'
import type { Attachment, HubLayout, ToHolder } from '../core/messages.ts'
import { openResultStore } from '../core/result-store.ts'
import { serverClock } from '../core/server-clock.ts'
import type { StreamEvent } from '../core/stream-event.ts'
import {
  type AnnouncedLayout,
  hasKeys,
  isCurrent,
  isSettled,
  KEPT_AFTER_HIDDEN,
  KEPT_AFTER_SHOWN,
  keysById,
  keysIn,
  places,
  type Subscription,
} from '../core/subscription.ts'
import { openSubscriptions } from '../core/subscriptions.ts'
import { compareVersions, lowestCursor, newerCursor } from '../core/version.ts'
import { openAbsence } from './absence.ts'
import { type Listener, openAudience, type Reply } from './audience.ts'
import type { Environment } from './environment.ts'
import { openLayouts } from './layouts.ts'
import { type Line, openLines } from './lines.ts'
import { openReads, type Want } from './reads.ts'
import type { LinkEvent } from './stream.ts'

/** Holds the stream for every page that talks to it, and the newest result of every key those pages show. */
export interface Holder {
  /** `reply` reaches the page the message is from, now and later. */
  receive(message: ToHolder, reply: Reply): void
  close(): void
}

/** Milliseconds in which pages that mount together are put on one stream. */
const GATHER = 10
const SWEEP_EVERY = 10_000

export function openHolder(environment: Environment): Holder {
  const closing = new AbortController()
  const { signal } = closing
  const follows = openSubscriptions()
  const clock = serverClock(environment)
  let build: string | undefined
  let offline = false
  let fitting = false

  const results = openResultStore(follows.show)
  const audience = openAudience({
    shown: (key) => results.get(key)?.shown,
    settled: (follow) => reads.idle() && isSettled(follow),
    live,
    now: clock.read,
    build: () => build,
  })
  const lines = openLines({ environment, signal, clock, hear, refused: (line) => void absence.refused(line) })
  const layouts = openLayouts({
    environment,
    signal,
    stillFollowed,
    take: takeLayout,
    gone: (it) => leave(it, true),
    changed: () => audience.tellLines(),
  })
  const absence = openAbsence({
    environment,
    signal,
    stillFollowed,
    gone: (follow) => leave(follow, true),
    askAgain: fitSoon,
    renew: () => lines.renew('all'),
  })
  const reads = openReads({
    environment,
    signal,
    held: results.get,
    followed: follows.show,
    place: follows.place,
    take: (states) => states.forEach(take),
    takeData(data) {
      if (results.takeData(data)) audience.tellKey(data.key)
    },
    changed: audience.tellLines,
  })
  void sweepForEver()

  function receive(message: ToHolder, reply: Reply): void {
    if (signal.aborted) return
    switch (message.kind) {
      case 'knock':
        reply({ kind: 'who' })
        break
      case 'network':
        network(message.online)
        break
      case 'attach':
        attach(message.page, message.attachment, reply)
        break
      default:
        hearOf(message, reply)
    }
  }

  function hearOf(
    { kind, page }: Extract<ToHolder, { kind: 'seen' | 'hidden' | 'detach' }>,
    reply: Reply,
  ): void {
    const listener = audience.get(page)
    if (listener) keep(listener.follow, listener, kind === 'hidden' ? KEPT_AFTER_HIDDEN : KEPT_AFTER_SHOWN)
    if (kind === 'detach') audience.remove(page)
    if (kind !== 'seen') return
    if (listener) audience.tellLine(listener)
    else reply({ kind: 'who' })
  }

  function attach(page: string, given: Attachment, post: Reply): void {
    clock.heard(given.now)
    const follow = follows.join(given)
    const listener = { page, follow, post, until: 0 }
    keep(follow, listener, given.hidden ? KEPT_AFTER_HIDDEN : KEPT_AFTER_SHOWN)
    const begins = lines.carrying(follow).length === 0
    if (begins) {
      if (given.layout.revision > follow.layout.revision) adopt(follow, given.layout)
      follow.cursor = lowestCursor([follow.cursor, given.cursor])
    }
    // What a stream brings already is brought up to date or being read: what a page has of it may be older than that.
    for (const state of given.states)
      if (results.get(state.key) || (begins && !follows.show(state.key, follow))) take(state)
    if (begins) {
      readAbsent(follow)
      fitSoon()
    } else lines.renew('lost')

    audience.add(listener)
    const ahead = follow.layout.revision - given.layout.revision
    const rekeyed = ahead === 0 && !hasKeys(given.layout, given.widget, keysById(follow.layout))
    if (ahead > 0 || rekeyed) post({ kind: 'layout', page, layout: follow.layout })
    // Of two layouts of one revision a stream that begins says which is right.
    if (rekeyed) lines.renew('all')
    const had = new Map(given.states.map(({ key, version }) => [key, version]))
    audience.tellStates(listener, (key, version) => compareVersions(version, had.get(key) ?? '') > 0)
    audience.tellLine(listener)
  }

  function network(online: boolean): void {
    if (offline === !online) return
    // Browsers are sometimes wrong about being offline, so a new connection is tried either way.
    offline = !online
    lines.renew('all')
    audience.tellLines()
  }

  function hear(line: Line, heard: LinkEvent): void {
    if (heard.name === 'lost') {
      line.facts = { ...line.facts, connected: false, crowded: heard.crowded ?? false }
      tellLinesLater()
      audience.tellLines()
      return
    }
    let { pulse } = line.facts
    if (heard.name === 'hello' || heard.name === 'beat') {
      pulse = heard.data
      clock.heard(pulse.now, heard.name === 'hello')
    }
    line.facts = { connected: true, heard: environment.now(), heardAt: clock.read(), pulse }
    const changed = hearFrame(line, heard)
    const { id } = heard
    if (id !== undefined) for (const follow of line.follows) follow.cursor = newerCursor(follow.cursor, id)
    // After the cursor, which pages are told with it.
    if (changed !== undefined) audience.tellKey(changed)
    if (heard.name !== 'widget') audience.tellLines()
  }

  /** The key of which something else is to be shown, if any. */
  function hearFrame(line: Line, frame: StreamEvent): string | undefined {
    switch (frame.name) {
      case 'hello':
        offline = false
        build = frame.data.build
        for (const follow of line.follows)
          compareLayout(follow, frame.data.hubs[follow.hub], frame.data.keys?.[follow.hub])
        break
      case 'widget': {
        const changed = results.take(frame.data)
        wantAwaited(frame.data)
        if (changed) return frame.data.key
        break
      }
      case 'resync': {
        const differing = Object.entries(frame.data.widgets).filter(
          ([, { key, version }]) => compareVersions(results.version(key) ?? '', version) < 0,
        )
        readOvertaken(differing.map(([id, { key, version }]) => ({ key, id, version })))
        break
      }
      case 'layout': {
        const { hub, revision, keys } = frame.data
        for (const follow of line.follows) {
          if (follow.hub !== hub || revision < follow.layout.revision) continue
          const own = follow.widget === undefined ? Object.values(keys) : keys[follow.widget]
          if (own !== undefined) follow.keys = new Set([own].flat())
          // Who follows one widget is told what changed of it, if anything.
          const all = follow.widget === undefined ? keys : { ...follow.announced.keys, ...keys }
          layouts.told(follow, { revision, keys: all })
          if (revision === follow.layout.revision && isCurrent(follow.layout, follow)) catchUp(follow)
        }
        results.forgetUnfollowed()
        break
      }
      case 'gone': {
        const gone = frame.data
        for (const follow of line.follows)
          if ('hub' in gone ? follow.hub === gone.hub : follow.widget === gone.id) saidGone(follow)
        break
      }
    }
    return undefined
  }

  function wantAwaited({ key, id, version: newest }: Incoming & { readonly id: string }): void {
    const awaited = results.get(key)?.awaited
    if (awaited?.state.version !== newest) return
    const { version, href } = awaited
    reads.want([{ key, id, version, ...(href !== undefined && { href }) }])
  }

  function take(state: Incoming): void {
    if (results.take(state)) audience.tellKey(state.key)
  }

  /** A stream that begins says how far its server knows the hub. */
  function compareLayout(
    follow: Subscription,
    revision: number | undefined,
    keys: AnnouncedLayout['keys'],
  ): void {
    const { layout, widget } = follow
    // One that lags behind may follow the same keys all the same; of a widget alone it then has nothing more to say.
    const agrees = keys
      ? revision !== undefined && revision <= layout.revision && hasKeys(layout, widget, keys)
      : revision === layout.revision
    if (revision !== undefined && agrees) {
      layouts.told(follow, { revision, keys })
      if (isCurrent(layout, follow)) catchUp(follow)
      return
    }
    // It follows other keys than ours, for longer than it says, and moves the cursor on meanwhile.
    miss(follow)
    if (revision === undefined) void absence.confirmed(follow)
    else layouts.told(follow, { revision, keys })
  }

  function miss(follow: Subscription): void {
    follow.missedSince ??= environment.now()
    tellLinesLater()
  }

  function catchUp(follow: Subscription): void {
    if (follow.missedSince !== undefined) readAbsent(follow)
    follow.missedSince = undefined
  }

  function takeLayout(follow: Subscription, view: HubView): void {
    adopt(follow, view)
    readAbsent(follow)
    const { revision, keys } = follow.announced
    if (keys ? hasKeys(view, follow.widget, keys) : view.revision === revision) follow.missedSince = undefined
    for (const listener of audience.of(follow)) {
      listener.post({ kind: 'layout', page: listener.page, layout: view })
      audience.tellStates(listener)
    }
    if (!places(view, follow)) leave(follow, true)
  }

  function readAbsent({ layout, keys, missedSince }: Subscription): void {
    const placed = layout.widgets.flatMap(({ id, key }) => (key && keys.has(key) ? [{ id, key }] : []))
    readOvertaken(placed.filter(({ key }) => missedSince !== undefined || !results.get(key)))
  }

  function readOvertaken(wants: readonly Want[]): void {
    for (const { key } of wants) results.forget(key)
    reads.want(wants)
  }

  function adopt(follow: Subscription, layout: HubLayout): void {
    follow.layout = layout
    follow.keys = keysIn(layout, follow.widget)
    if (layout.revision > follow.announced.revision) follow.announced = { revision: layout.revision }
    results.forgetUnfollowed()
  }

  function saidGone(follow: Subscription): void {
    miss(follow)
    lines.dropped(follow)
    audience.tellLines()
    void absence.said(follow)
  }

  function stillFollowed(follow: Subscription): boolean {
    return !signal.aborted && follows.has(follow)
  }

  /** A page that says no more is forgotten after `ms`, and what it showed is left unless others show it. */
  function keep(follow: Subscription, listener: Listener | undefined, ms: number): void {
    const until = environment.now() + ms
    follow.until = Math.max(follow.until, until)
    if (listener) listener.until = until
  }

  function leave(follow: Subscription, gone: boolean): void {
    follows.end(follow)
    if (gone) lines.dropped(follow)
    for (const { page, post } of audience.of(follow)) {
      if (gone) post({ kind: 'gone', page })
      audience.remove(page)
    }
    results.forgetUnfollowed()
    fitSoon()
  }

  function fitSoon(): void {
    if (fitting) return
    fitting = true
    void environment.rest(GATHER, signal).then(() => {
      fitting = false
      if (signal.aborted) return
      lines.fit(follows.all())
      tellLinesLater()
    })
  }

  async function sweepForEver(): Promise<void> {
    while (!signal.aborted) {
      await environment.rest(SWEEP_EVERY, signal)
      audience.forgetSilent(environment.now())
      for (const follow of follows.all()) if (follow.until < environment.now()) leave(follow, false)
    }
  }

  /** The best that any of its streams says: while one replaces another, the old one still delivers. */
  function live(follow: Subscription): LiveState {
    const moments = [reads.failingSince(), layouts.failingSince(follow), follow.missedSince]
    const failing = moments.filter((moment) => moment !== undefined)
    const failingSince = failing.length > 0 ? Math.min(...failing) : undefined
    const states = lines
      .carrying(follow)
      .map(({ facts }) => liveState({ ...facts, offline, failingSince }, environment.now()))
    const best = (kind: LiveState['kind']) => states.find((state) => state.kind === kind)
    return best('live') ?? best('paused') ?? { kind: 'connecting' }
  }

  /** Connecting turns into paused by time alone. */
  function tellLinesLater(): void {
    void environment.rest(LIVE_WITHIN, signal).then(() => {
      if (!signal.aborted) audience.tellLines()
    })
  }

  return { receive, close: () => closing.abort() }
}
