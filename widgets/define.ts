import type { z } from 'zod'
import type { Party } from './kit/party.ts'
import { plainBidi } from './kit/plain-bidi.ts'
import { wholeCharacters } from './kit/whole-characters.ts'

/** Values that survive a round trip through JSON; params and data are made of nothing else. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json }

/**
 * Which events make a widget stale. `topic` is a pattern over dot-separated tokens: `*` is one token, `>` (last only)
 * is one or more. `where` adds equality on event fields, named by dotted path: `source`, `subject`, `data.repository`.
 */
export interface Interest {
  readonly topic: string
  readonly where?: Readonly<Record<string, string | number | boolean>>
}

/** An event as the event log keeps it. Times are milliseconds since 1970. */
export interface LoggedEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly topic: string
  readonly subject?: string
  /**
   * When it happened, by its producer: order folds by this, or by a time inside `data` (read by `readMoment`), never by
   * arrival. Not more than minutes after `receivedAt`, and not before 1990: then it is `receivedAt`.
   */
  readonly time: number
  /** What its producer said, when `time` is not that. */
  readonly saidTime?: number
  readonly receivedAt: number
  readonly data: Json
}

export interface GitCommit {
  readonly hash: string
  readonly author: string
  /** Author date, milliseconds since 1970. */
  readonly time: number
  readonly subject: string
}

/** Settings of the installation that are set, by name. Which there are say the definitions of `sources/`. */
export type Secrets = Readonly<Record<string, string>>

/** What `fetch` gives a loader: a Response without streams, since it is whole. */
export type WholeResponse = Pick<
  Response,
  'ok' | 'status' | 'url' | 'headers' | 'text' | 'json' | 'arrayBuffer'
>

/** One answer of the event log. */
export interface LoggedEvents {
  /** Newest first by `receivedAt`. */
  readonly events: readonly LoggedEvent[]
  /** Whether there may be older ones than these: `limit` was reached, or 16 MiB of data. */
  readonly more: boolean
}

/** All a loader can reach of the world. */
export interface LoadContext {
  /** `fetch` with a timeout, a 5 MiB body cap and private addresses refused unless `HUBS_FETCH_ALLOW` names them. */
  fetch(
    url: string | URL,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<WholeResponse>
  /**
   * Newest first by `receivedAt`, from the event log; at most `limit` (1 to 500), and fewer when their data is large: an
   * answer says itself whether there are more. Only topics covered by the widget's own interests can be asked for;
   * without `topics`, all of them. `before`: only what arrived before that event, to read on where an answer ended. Only
   * for types with `reads: 'events'`.
   */
  events(query: {
    topics?: readonly string[]
    limit: number
    since?: number
    before?: Pick<LoggedEvent, 'source' | 'id'>
  }): Promise<LoggedEvents>
  /** Newest commits of a repository: a path below `HUBS_GIT_ROOTS`, or an https URL (guarded as `fetch` is). */
  gitLog(query: { repository: string; ref?: string; limit: number }): Promise<readonly GitCommit[]>
  /** Only for `scope: 'hub'`. */
  readonly hub?: { readonly slug: string; readonly title: string }
  /** Those of `secrets` that are set. */
  readonly secrets: Secrets
  /** For whom it is loaded, without saying who: what takes turns (`inSandbox`) is handed it. */
  readonly party: Party
  /** Milliseconds since 1970 by the cache's clock; use it instead of `Date.now()`. */
  readonly now: number
  /** Aborted at the deadline and when the lease is lost; `fetch`, `events` and `gitLog` already follow it. */
  readonly signal: AbortSignal
}

/** One instance the tests, the catalogue and the demo can show. `config` is input to the type's config schema. */
export interface Sample {
  readonly name: string
  readonly config: Json
  readonly data: Json
}

/** What a type needs before any of its instances can load; what is missing is named to people with its remedy. */
export type Need =
  | { readonly program: string; readonly remedy: string }
  | { readonly setting: string; readonly remedy: string }

/** The promise of a widget type. Members that are functions are in method form so that types stay assignable. */
export interface WidgetDefinition<
  Config extends z.ZodType = z.ZodType,
  Data extends z.ZodType = z.ZodType,
  Params = unknown,
> {
  /** Also the folder's name: `[a-z][a-z0-9-]*`. */
  readonly type: string
  readonly title: string
  readonly description: string
  /** Raise it when `data` changes shape: results of an older version are then never read. */
  readonly version: number
  readonly config: Config
  readonly data: Data
  interests(config: z.output<Config>): readonly Interest[]
  /** Seconds after which a result is stale although no event came. */
  readonly maxAge: number
  readonly samples: readonly Sample[]
  /** What the loader receives and what is hashed into the key; default all of config. Plain JSON. */
  params?(config: z.output<Config>): Params
  /**
   * What a load asks first of the world outside: an address, of which the host counts, or another name; nothing when it
   * stays in the house. Loads that share it have a share of all room, so that one that hangs holds up its own alone.
   * Default: the host of `params.url`.
   */
  source?(params: Params, secrets: Secrets): string | undefined
  /** Whose data it is: everybody's (default), or one hub's. `viewer` comes with identity. */
  readonly scope?: 'shared' | 'hub'
  /** Set by types whose loader calls `context.events`: their keys wait for the event to be in the log. */
  readonly reads?: 'events'
  /** Whether every change of the data is announced by an event, or some are only found by loading again (default). */
  readonly truth?: 'events' | 'time'
  /** Least milliseconds between two loads of one key; default 0. */
  readonly minInterval?: number
  /** Milliseconds one load may take; default 10,000, at most 60,000. */
  readonly deadline?: number
  /** Milliseconds after an event at which the key is invalidated once more, for sources that lag behind their events. */
  readonly settle?: number
  /** Settings its loader may see; each enters the cache key by name and fingerprint. A source has to declare them. */
  readonly secrets?: readonly string[]
  readonly needs?: readonly Need[]
  isEmpty?(data: z.output<Data>): boolean
  readonly hideWhenEmpty?: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: the one place where a definition's own types are irrelevant
type AnyDefinition = WidgetDefinition<any, any, any>
export type ConfigOf<W extends AnyDefinition> = z.output<W['config']>
export type DataOf<W extends AnyDefinition> = z.output<W['data']>
export type ParamsOf<W> = W extends { params(config: never): infer Params }
  ? Params
  : W extends AnyDefinition
    ? ConfigOf<W>
    : never

/** Keeps the exact types of a definition. */
export function defineWidget<
  const Config extends z.ZodType,
  const Data extends z.ZodType,
  const Definition extends WidgetDefinition<Config, Data>,
>(definition: Definition & { readonly config: Config; readonly data: Data }): Definition {
  return definition
}

/** A loader's answer that says more than its data. */
export class Result<Data> {
  readonly data: Data
  /** It is known to be wrong from then (milliseconds since 1970) on, whatever `maxAge` says. */
  readonly nextChangeAt: number | undefined
  /**
   * Plain sentences for who asks why the card is as it is: what was passed over, corrected or left out. At most
   * `NOTES`, each of at most `NOTE_LENGTH` characters; the rest is cut.
   */
  readonly notes: readonly string[]
  constructor(data: Data, said: { nextChangeAt?: number | undefined; notes?: readonly string[] } = {}) {
    this.data = data
    this.nextChangeAt = said.nextChangeAt
    this.notes = said.notes ?? []
  }
}
const NOTES = 8
const NOTE_LENGTH = 300

/** Short for a result that is known to be wrong from `nextChangeAt` (milliseconds since 1970) on. */
export class Until<Data> extends Result<Data> {
  constructor(data: Data, nextChangeAt: number) {
    super(data, { nextChangeAt })
  }
}

export type Load<W extends AnyDefinition> = (
  params: ParamsOf<W>,
  context: LoadContext,
) => Promise<DataOf<W> | Result<DataOf<W>>>

export interface ViewProps<W extends AnyDefinition> {
  readonly data: DataOf<W>
  readonly config: ConfigOf<W>
}

/**
 * A failure with words for the reader. Any other throw is shown as the type's loader having failed, without its message.
 * `limited`: upstream asks us to wait, `retryAfter` ms. `unavailable`: something is not set up; the message is the remedy.
 * `set-aside`: it did harm, and is not loaded again for `retryAfter` ms, whatever happens. Of a longer message the first
 * `MESSAGE_LENGTH` characters are kept: names in it may be of any length, and it goes to every page and log.
 */
export class LoadFailure extends Error {
  readonly code: 'upstream' | 'limited' | 'unavailable' | 'refused' | 'set-aside'
  readonly retryAfter: number | undefined
  constructor(
    code: LoadFailure['code'],
    message: string,
    options: { retryAfter?: number; cause?: unknown } = {},
  ) {
    super(wholeCharacters(message, MESSAGE_LENGTH), { cause: options.cause })
    this.name = 'LoadFailure'
    this.code = code
    this.retryAfter = options.retryAfter
  }
}

const MESSAGE_LENGTH = 500

/** A definition joined to its loader, parsing at both ends, so that the rest of the system holds any widget as JSON. */
export interface WidgetType<W extends AnyDefinition = AnyDefinition> {
  readonly definition: W
  /** @throws ZodError */
  parseConfig(raw: unknown): ConfigOf<W>
  params(config: ConfigOf<W>): Json
  /** @throws ZodError when the loader's data is not what `data` says; whatever the loader throws. */
  load(
    params: Json,
    context: LoadContext,
  ): Promise<{ data: Json; empty: boolean; nextChangeAt: number | undefined; notes?: readonly string[] }>
}

export function implement<W extends AnyDefinition>(definition: W, load: Load<W>): WidgetType<W> {
  return {
    definition,
    parseConfig: (raw) => definition.config.parse(raw) as ConfigOf<W>,
    params: (config) => (definition.params ? definition.params(config) : config) as Json,
    async load(params, context) {
      const result = await load(params as ParamsOf<W>, context)
      const said = result instanceof Result ? result : undefined
      const data = definition.data.parse(said ? said.data : result)
      const notes = said?.notes.slice(0, NOTES).map((note) => note.slice(0, NOTE_LENGTH)) ?? []
      return {
        data: plainBidi(data) as Json,
        empty: definition.isEmpty?.(data) ?? false,
        nextChangeAt: said?.nextChangeAt,
        ...(notes.length > 0 ? { notes } : {}),
      }
    },
  }
}
