import { setTimeout } from 'node:timers/promises'
import type { Json } from '#widgets/define.ts'
import type { Key, Version } from '../cache/version.ts'
import { canonicalJson } from '../hubs/canonical-json.ts'
import { type Changes, openChanges } from './changes.ts'
import type { FollowedKeys, KeyListener } from './followed-keys.ts'
import type { Placement } from './frame.ts'
import type { Session } from './session.ts'
import type { Shown } from './widget-state.ts'

/** What a stream was asked for. */
export interface Target {
  readonly hubs: readonly string[]
  readonly widgets: readonly string[]
}

/** A widget with what its card shows besides its result. */
export interface LaidOut extends Shown {
  readonly title: string
  /** As it was given. */
  readonly rawConfig: Json
}

/** What the stream needs to know of hubs, from the documents this process holds in memory. */
export interface Layouts {
  hub(slug: string): { readonly revision: number; readonly widgets: readonly LaidOut[] } | undefined
  widget(id: string): { readonly shown: LaidOut | undefined; readonly hub: string } | undefined
  /** Calls back after the documents changed. Returns its own undo. */
  onChange(listener: (slug: string) => void): () => void
}

/** All sessions with one target: what they are sent is the same, so it is worked out once. */
export interface SessionGroup {
  readonly name: string
  readonly sessions: Set<Session>
  readonly changes: Pick<Changes, 'end' | 'since'>
  /** Which widgets show which key, as of the last layout taken in. */
  placements(): ReadonlyMap<Key, Placement>
  revisions(): Readonly<Record<string, number>>
  /** By hub, the token of each widget that is followed. */
  tokens(): Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Whether a change of that hub concerns it. */
  concerns(slug: string): boolean
  /** Resolves once interest is registered and states are read. */
  readonly ready: Promise<void>
  /** Takes in the layouts there are now: the connect order for gained keys, then `layout`, then their frames. */
  relayout(): Promise<void>
  close(): void
}

export interface GroupEvents {
  /** There is something for them. */
  pending(sessions: Iterable<Session>): void
  layout(group: SessionGroup, hub: string, revision: number, keys: Readonly<Record<string, string>>): void
  gone(group: SessionGroup, what: { hub: string } | { id: string }, left: number): void
  restarted(group: SessionGroup): void
}

export function groupName(target: Target): string {
  return JSON.stringify([[...target.hubs].sort(), [...target.widgets].sort()])
}

interface Layout {
  readonly placements: ReadonlyMap<Key, Placement>
  readonly revisions: Readonly<Record<string, number>>
  readonly tokens: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly widgets: ReadonlyMap<string, LaidOut>
}

function layoutOf(hubs: ReadonlySet<string>, widgetIds: ReadonlySet<string>, layouts: Layouts): Layout {
  const widgets = new Map<string, LaidOut>()
  const revisions: Record<string, number> = {}
  const tokens: Record<string, Record<string, string>> = {}
  const add = (shown: LaidOut, inHub: Record<string, string>) => {
    widgets.set(shown.id, shown)
    inHub[shown.id] = shown.token
  }
  for (const slug of hubs) {
    const hub = layouts.hub(slug)
    if (!hub) continue
    revisions[slug] = hub.revision
    const inHub: Record<string, string> = {}
    tokens[slug] = inHub
    for (const shown of hub.widgets) add(shown, inHub)
  }
  for (const id of widgetIds) {
    const found = layouts.widget(id)
    if (!found) continue
    revisions[found.hub] = layouts.hub(found.hub)?.revision ?? 0
    const inHub = tokens[found.hub] ?? {}
    tokens[found.hub] = inHub
    if (found.shown) add(found.shown, inHub)
  }
  const byKey = new Map<Key, Shown[]>()
  for (const shown of widgets.values()) {
    const same = byKey.get(shown.key)
    if (same) same.push(shown)
    else byKey.set(shown.key, [shown])
  }
  const placements = new Map<Key, Placement>()
  for (const [key, same] of byKey)
    placements.set(key, { widgets: same, tag: same.map(({ id }) => id).join(' ') })
  return { placements, revisions, tokens, widgets }
}

/** Of the widgets that are followed alone, those that another card is drawn for now. */
function changedTokens(
  before: Layout,
  after: Layout,
  slug: string,
): Readonly<Record<string, string>> | undefined {
  const changed = Object.entries(after.tokens[slug] ?? {}).filter(([id]) => {
    const shown = after.widgets.get(id)
    return shown && !looksAlike(before.widgets.get(id), shown)
  })
  return changed.length > 0 ? Object.fromEntries(changed) : undefined
}

function looksAlike(one: LaidOut | undefined, other: LaidOut): boolean {
  return (
    one?.key === other.key &&
    one.title === other.title &&
    canonicalJson(one.rawConfig) === canonicalJson(other.rawConfig)
  )
}

export function openGroup(options: {
  target: Target
  keys: FollowedKeys
  layouts: Layouts
  events: GroupEvents
}): SessionGroup {
  const { target, keys, layouts, events } = options
  const hubs = new Set(target.hubs)
  const widgetIds = new Set(target.widgets)
  const sessions = new Set<Session>()
  const changes = openChanges()
  let layout = layoutOf(hubs, widgetIds, layouts)
  let turn: Promise<void> = Promise.resolve()
  let closed = false

  const listener: KeyListener = {
    changed: changes.note,
    settled: () => events.pending(sessions),
    restarted: () => events.restarted(group),
  }

  async function takeIn(): Promise<void> {
    if (closed) return
    const before = layout
    const after = layoutOf(hubs, widgetIds, layouts)
    const gained = [...after.placements.keys()].filter((key) => !before.placements.has(key))
    for (let delay = 250; !closed; delay = Math.min(delay * 2, 5_000)) {
      try {
        await keys.attach(gained, listener)
        break
      } catch {
        // The cache is away: until it is back the old layout stays, and the page says it is paused.
        await setTimeout(delay)
      }
    }
    if (closed) return keys.detach(gained, listener)
    layout = after
    const lost = [...before.placements.keys()].filter((key) => !after.placements.has(key))
    keys.detach(lost, listener)
    for (const key of lost) changes.drop(key)

    for (const slug of hubs) {
      if (slug in after.revisions) continue
      hubs.delete(slug)
      events.gone(group, { hub: slug }, hubs.size + widgetIds.size)
    }
    for (const id of widgetIds) {
      if (layouts.widget(id)) continue
      widgetIds.delete(id)
      events.gone(group, { id }, hubs.size + widgetIds.size)
    }
    const moved = [...after.widgets.values()].filter(({ id, key }) => before.widgets.get(id)?.key !== key)
    // Whichever hub it was called for: others that changed meanwhile were taken in with it.
    for (const [slug, revision] of Object.entries(after.revisions)) {
      if (revision === before.revisions[slug]) continue
      const tokens = hubs.has(slug) ? after.tokens[slug] : changedTokens(before, after, slug)
      if (tokens) events.layout(group, slug, revision, tokens)
    }
    for (const { key } of moved) changes.note(key, true)
    events.pending(sessions)
  }

  const group: SessionGroup = {
    name: groupName(target),
    sessions,
    changes,
    placements: () => layout.placements,
    revisions: () => layout.revisions,
    tokens: () => layout.tokens,
    concerns: (slug) => hubs.has(slug) || slug in layout.revisions,
    ready: keys.attach([...layout.placements.keys()], listener),
    relayout() {
      // One at a time, so that two edits are taken in by the order they were made.
      turn = turn.then(takeIn)
      return turn
    },
    close() {
      closed = true
      keys.detach([...layout.placements.keys()], listener)
    },
  }
  return group
}

/** Keys whose versions are above `cursor`; all of which there is a state when there is no cursor. */
export function keysAbove(
  cursor: Version | undefined,
  placements: ReadonlyMap<Key, Placement>,
  keys: FollowedKeys,
): readonly Key[] {
  const above: Key[] = []
  for (const key of placements.keys()) {
    const state = keys.state(key)
    if (state && (!cursor || state.version.offset > cursor.offset)) above.push(key)
  }
  return above
}
