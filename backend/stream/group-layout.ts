import { canonicalJson } from '../base/canonical-json.ts'
import type { Key } from '../cache/version.ts'
import type { HubLayouts, LaidOut } from './hub-layouts.ts'
import { type Placement, replaceWidgets } from './placement.ts'
import type { StreamTarget } from './stream-target.ts'
import type { Shown } from './widget-state.ts'

type PublicKeys = Readonly<Record<string, string>>

/** A hub or a widget that is no longer there, so that no stream of a group follows it any more. */
export type Gone = { readonly hub: string } | { readonly id: string }

/** What a group shows of one hub. */
interface Part {
  readonly revision: number
  readonly widgets: readonly LaidOut[]
  /** Ids of those in it that are followed alone. */
  readonly alone: readonly string[]
}

/** What an edit of a hub will change in a layout: worked out at once, and applied when the gained keys are read. */
export interface LayoutEdit {
  /** By hub: its own, and those of hubs that widgets moved to. */
  readonly parts: ReadonlyMap<string, Part | undefined>
  readonly gone: readonly Gone[]
  readonly gained: readonly Key[]
}

/** A hub of which other cards are drawn now, with the tokens of their widgets. */
interface Redrawn {
  readonly hub: string
  readonly revision: number
  readonly tokens: PublicKeys
}

interface Effects {
  readonly lost: readonly Key[]
  readonly redrawn: readonly Redrawn[]
  /** Widgets that show another key than before. */
  readonly moved: readonly Shown[]
}

/** What a group follows, sorted by hub, so that an edit of one hub costs nothing for the others. */
export interface GroupLayout {
  /** Which widgets show which key. */
  readonly placements: ReadonlyMap<Key, Placement>
  revisions(): Readonly<Record<string, number>>
  /** By hub, the token of each widget that is followed. */
  tokens(): Readonly<Record<string, PublicKeys>>
  /** Whether an edit of that hub concerns it. */
  concerns(slug: string): boolean
  follows(what: Gone): boolean
  /** What that hub, as it is now, will change here. */
  edited(slug: string): LayoutEdit
  /** Makes the change, and tells what came of it. */
  apply(edit: LayoutEdit): Effects
  /** Whether nothing is left of what it follows. */
  isOver(): boolean
}

export function openGroupLayout(target: StreamTarget, layouts: HubLayouts): GroupLayout {
  const hubs = new Set(target.hubs)
  const widgetIds = new Set(target.widgets)
  const parts = new Map<string, Part>()
  const placements = new Map<Key, Placement>()

  function partOf(slug: string, alone: readonly string[]): Part | undefined {
    const hub = layouts.hub(slug)
    const whole = hubs.has(slug) ? hub?.widgets : undefined
    if (!whole && alone.length === 0) return undefined
    const widgets = whole ?? alone.flatMap((id) => layouts.widget(id)?.shown ?? [])
    return { revision: hub?.revision ?? 0, widgets, alone }
  }

  /** `slugs` and all hubs that hold one of `ids`, which are followed alone. */
  function editOf(slugs: readonly string[], ids: readonly string[]): LayoutEdit {
    const gone: Gone[] = []
    const alone = new Map<string, string[]>(slugs.map((slug) => [slug, []]))
    for (const id of ids) {
      const found = layouts.widget(id)
      if (!found) gone.push({ id })
      else if (alone.has(found.hub)) alone.get(found.hub)?.push(id)
      else alone.set(found.hub, [...(parts.get(found.hub)?.alone ?? []), id])
    }
    const after = new Map([...alone].map(([slug, some]) => [slug, partOf(slug, some)]))
    for (const slug of slugs) if (hubs.has(slug) && !after.get(slug)) gone.unshift({ hub: slug })
    const keys = [...after.values()].flatMap((part) => part?.widgets.map(({ key }) => key) ?? [])
    return { parts: after, gone, gained: [...new Set(keys)].filter((key) => !placements.has(key)) }
  }

  function apply({ parts: edited, gone }: LayoutEdit): Effects {
    const before = [...edited.keys()].flatMap((slug) => parts.get(slug)?.widgets ?? [])
    const after = [...edited.values()].flatMap((part) => part?.widgets ?? [])
    const known = new Map(before.map((shown) => [shown.id, shown]))
    const redrawn: Redrawn[] = []
    const tell = (hub: string, { revision }: Part, widgets: readonly LaidOut[]) =>
      redrawn.push({ hub, revision, tokens: tokensOf(widgets) })
    for (const what of gone) {
      if ('hub' in what) hubs.delete(what.hub)
      else widgetIds.delete(what.id)
    }
    for (const [hub, part] of edited) {
      const was = parts.get(hub)
      if (!part) {
        parts.delete(hub)
        continue
      }
      parts.set(hub, part)
      if (hubs.has(hub)) {
        if (part.revision !== was?.revision) tell(hub, part, part.widgets)
        continue
      }
      // Who follows widgets alone is told of those only for which another card is drawn.
      const others = part.widgets.filter((shown) => !looksAlike(known.get(shown.id), shown))
      if (others.length > 0) tell(hub, part, others)
    }
    const moved = after.filter(({ id, key }) => known.get(id)?.key !== key)
    return { lost: replaceWidgets(placements, before, after), redrawn, moved }
  }

  apply(editOf(target.hubs, target.widgets))

  return {
    placements,
    revisions: () => Object.fromEntries([...parts].map(([slug, { revision }]) => [slug, revision])),
    tokens: () => Object.fromEntries([...parts].map(([slug, { widgets }]) => [slug, tokensOf(widgets)])),
    concerns: (slug) => parts.has(slug),
    follows: (what) => ('hub' in what ? hubs.has(what.hub) : widgetIds.has(what.id)),
    edited: (slug) => editOf([slug], parts.get(slug)?.alone ?? []),
    apply,
    isOver: () => hubs.size === 0 && widgetIds.size === 0,
  }
}

function tokensOf(widgets: readonly LaidOut[]): PublicKeys {
  return Object.fromEntries(widgets.map(({ id, token }) => [id, token]))
}

/** Whether the same card is drawn for both. */
function looksAlike(one: LaidOut | undefined, other: LaidOut): boolean {
  return (
    one?.key === other.key &&
    one.title === other.title &&
    canonicalJson(one.rawConfig) === canonicalJson(other.rawConfig)
  )
}
