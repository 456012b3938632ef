import { createHmac, hash } from 'node:crypto'
import type { Position } from '#contract/hub.ts'
import type { Interest, Json, Secrets, WidgetType } from '#widgets/define.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import type { Key } from '../cache/version.ts'
import type { TypeOf } from './document.ts'
import { configRefusal, plainWords } from './field-error.ts'
import { recent } from './recent.ts'
import type { StoredHub, StoredWidget } from './stored-hub.ts'

interface Placement {
  readonly id: string
  /** Slug of its hub. */
  readonly hub: string
  readonly type: string
  /** Its own, else its type's, else its type's name. */
  readonly title: string
  /** As it was given. */
  readonly rawConfig: Json
  readonly position: Position
}

/** A widget with all that the rest of the line needs of it. */
export interface PlacedWidget extends Placement {
  readonly problem?: undefined
  readonly widgetType: WidgetType
  /** As its type parses it. */
  readonly config: Json
  readonly params: Json
  readonly interests: readonly Interest[]
  readonly key: Key
  /** The key as the outside sees it. */
  readonly token: string
  /** `type@version`. */
  readonly schema: string
}

/** A widget that cannot be loaded: its type is gone, or no longer takes its config. */
export interface RefusedWidget extends Placement {
  readonly problem: { readonly code: 'type-gone' | 'config-refused'; readonly message: string }
}

export type Placed = PlacedWidget | RefusedWidget

/**
 * A hub as it is held in memory: its widgets are placed when they are asked for, since most of a large installation is
 * shown to nobody.
 */
export interface Hub extends Omit<StoredHub, 'widgets'> {
  readonly stored: StoredHub
  readonly widgetIds: readonly string[]
  readonly widgets: readonly Placed[]
  /** One of `widgets`, which are not kept for it. */
  widget(id: string): Placed | undefined
}

export type Placer = (hub: StoredHub) => Hub

/** Hubs whose placed widgets are kept: those of a busy time of day. */
const SHOWN = 256

/**
 * Resolves stored hubs. `secret` is `HUBS_SECRET`, which makes tokens of keys; `secrets` are the settings widget types may
 * name. All processes must be given the same, for they share the keys.
 */
export function placer(options: { typeOf: TypeOf; secret: string; secrets: Secrets }): Placer {
  const { typeOf, secret, secrets } = options
  const short = (text: string) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22)
  const secretMarks = (names: readonly string[]) =>
    names.map((name) => `${name}#${secrets[name] === undefined ? '' : short(`secret ${secrets[name]}`)}`)

  function resolve(stored: StoredWidget, hub: Pick<StoredHub, 'slug' | 'title'>): Placed {
    const { id, type, position, config: rawConfig } = stored
    const widgetType = typeOf(type)
    const title = stored.title ?? widgetType?.definition.title ?? type
    const placement = { id, hub: hub.slug, type, title, rawConfig, position }
    if (!widgetType) {
      const message = `There is no widget type “${type}” in this version of Hubs. Remove the widget, or put its type back.`
      return { ...placement, problem: { code: 'type-gone', message } }
    }
    const { definition } = widgetType
    try {
      const config = definition.config.parse(rawConfig, { error: plainWords }) as Json
      const params = widgetType.params(config)
      const schema = `${definition.type}@${definition.version}`
      const ofHub = definition.scope === 'hub'
      // A loader that is given the hub may show its title.
      const given = [params, ...(ofHub ? [hub.title] : []), ...secretMarks(definition.secrets ?? [])]
      const digest = hash('sha256', given.map(canonicalJson).join('\n'), 'base64url')
      const key = `${schema}:${digest.slice(0, 22)}:${ofHub ? `hub.${hub.slug}` : 'shared'}`
      const interests = definition.interests(config)
      let token: string | undefined
      // Field by field: a spread is slow, and leaves garbage behind for each of a hundred thousand.
      return {
        id,
        hub: hub.slug,
        type,
        title,
        rawConfig,
        position,
        widgetType,
        config,
        params,
        interests,
        key,
        schema,
        // What is placed to be followed alone is never told of.
        get token() {
          token ??= short(key)
          return token
        },
      }
    } catch (error) {
      const message = configRefusal(definition.title, error)
      return { ...placement, problem: { code: 'config-refused', message } }
    }
  }

  const shown = recent<Hub, readonly Placed[]>(SHOWN)
  // Who follows hubs asks for the widgets of each as it comes, whose text has just been read for their ids.
  let latest: { readonly stored: StoredHub; readonly widgets: readonly StoredWidget[] } | undefined
  function storedIn(stored: StoredHub): readonly StoredWidget[] {
    if (latest?.stored !== stored) latest = { stored, widgets: stored.widgets }
    return latest.widgets
  }

  return (stored) => {
    const { slug, title, summary, visibility, embedOrigins, revision } = stored
    const hub: Hub = {
      ...{ slug, title, summary, visibility, embedOrigins, revision, stored },
      widgetIds: storedIn(stored).map(({ id }) => id),
      get widgets() {
        return shown.get(hub, () => storedIn(stored).map((widget) => resolve(widget, stored)))
      },
      widget(id) {
        const among = shown.peek(hub)
        if (among) return among.find((placed) => placed.id === id)
        const widget = storedIn(stored).find((one) => one.id === id)
        return widget && resolve(widget, stored)
      },
    }
    return hub
  }
}
