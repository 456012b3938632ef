import type { z } from 'zod'
import type { Party } from './kit/party.ts'
import { plainBidi } from './kit/plain-bidi.ts'
import { wholeCharacters } from './kit/whole-characters.ts'

/** A value that survives a round trip through JSON. Params and data consist of nothing else. */
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
   * When the event happened, as its producer says; `receivedAt` when that is before 1990, or minutes after `receivedAt`.
   * Loaders order events by this, or by a time inside `data` (read with `readMoment`), never by arrival.
   */
  readonly time: number
  /** The time the producer gave; present only when `time` differs from it. */
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

/** Values of the installation's settings, by name; only those that are set. The folders of `sources/` declare the names. */
export type Secrets = Readonly<Record<string, string>>

/** What `context.fetch` resolves with: a Response whose body has arrived, so it has no stream. */
export type WholeResponse = Pick<
  Response,
  'ok' | 'status' | 'url' | 'headers' | 'text' | 'json' | 'arrayBuffer'
>

/** What `context.events` resolves with. */
export interface LoggedEvents {
  /** Newest first by `receivedAt`. */
  readonly events: readonly LoggedEvent[]
  /** True when older events may exist: this answer ended at `limit`, or at 16 MiB of data. */
  readonly more: boolean
}

/** What a loader is given, and all it may use of the world outside it. */
export interface LoadContext {
  /**
   * `fetch` with a timeout and at most 5 MiB of body. It refuses private addresses that `HUBS_FETCH_ALLOW` does not name.
   */
  fetch(
    url: string | URL,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<WholeResponse>
  /**
   * Reads the event log, newest first by `receivedAt`. Gives at most `limit` events (1 to 500), and fewer when their
   * data is large; `more` tells whether to read on. `topics` are patterns that the widget's own interests must cover;
   * by default they are those interests. `since`: only events received at that time or later. `before`: only events that
   * arrived before that one, which is how to read on. Only for types with `reads: 'events'`.
   */
  events(query: {
    topics?: readonly string[]
    limit: number
    since?: number
    before?: Pick<LoggedEvent, 'source' | 'id'>
  }): Promise<LoggedEvents>
  /** Reads a repository's newest commits. It is a path below `HUBS_GIT_ROOTS`, or an https URL, guarded as `fetch` is. */
  gitLog(query: { repository: string; ref?: string; limit: number }): Promise<readonly GitCommit[]>
  /** The hub the widget stands on. Only types with `scope: 'hub'` are given it. */
  readonly hub?: { readonly slug: string; readonly title: string }
  /** Values of the settings that the type lists in `secrets`, where they are set. */
  readonly secrets: Secrets
  /** Stands for the hub this load is for, without naming it. `inSandbox` takes it to give each hub its turn. */
  readonly party: Party
  /** The time by the cache's clock, milliseconds since 1970. Use it instead of `Date.now()`. */
  readonly now: number
  /** Aborts at the deadline, and when the lease is lost. `fetch`, `events` and `gitLog` obey it already. */
  readonly signal: AbortSignal
}

/** An example that the tests, the catalogue and the demo show. `config` is input to the type's config schema. */
export interface Sample {
  readonly name: string
  readonly config: Json
  readonly data: Json
}

/** A program or setting without which no widget of a type can load. When it is missing, readers are shown `remedy`. */
export type Need =
  | { readonly program: string; readonly remedy: string }
  | { readonly setting: string; readonly remedy: string }

/** What a widget type declares. Its functions are written as methods, so that special definitions fit the general type. */
export interface WidgetDefinition<
  Config extends z.ZodType = z.ZodType,
  Data extends z.ZodType = z.ZodType,
  Params = unknown,
> {
  /** The type's name, and its folder's: `[a-z][a-z0-9-]*`. */
  readonly type: string
  readonly title: string
  readonly description: string
  /** Raise it when `data` changes shape. Results of another version are never read. */
  readonly version: number
  readonly config: Config
  readonly data: Data
  /** The events that make a widget of this config stale. */
  interests(config: z.output<Config>): readonly Interest[]
  /** Seconds after which a result is stale even if no event came. */
  readonly maxAge: number
  readonly samples: readonly Sample[]
  /** What the loader is given, as plain JSON. Widgets with equal params share a result. Default: the whole config. */
  params?(config: z.output<Config>): Params
  /**
   * The host this load asks first (a URL or a name); undefined when it asks nobody. Loads of one host share a limit, so
   * a hanging host delays only its own cards. Default: the host of `params.url`.
   */
  source?(params: Params, secrets: Secrets): string | undefined
  /** Who shares a result: all hubs (default), or the widgets of one hub. `viewer` comes with identity. */
  readonly scope?: 'shared' | 'hub'
  /** Set it if the loader calls `context.events`. An event is then logged before the load that it causes. */
  readonly reads?: 'events'
  /** `events`: an event announces every change of the data. `time` (default): only loading again finds some changes. */
  readonly truth?: 'events' | 'time'
  /** Milliseconds that two loads of one key are at least apart. Default: 0. */
  readonly minInterval?: number
  /** Milliseconds one load may take, at most 60,000. Default: 10,000. */
  readonly deadline?: number
  /** Milliseconds after an event at which the result becomes stale once more, for sources that lag behind their events. */
  readonly settle?: number
  /**
   * Names of the settings the loader may see, each declared by a source. Name and fingerprint of each are part of the key,
   * so that a changed secret loads anew.
   */
  readonly secrets?: readonly string[]
  readonly needs?: readonly Need[]
  /** Whether there is nothing to show. */
  isEmpty?(data: z.output<Data>): boolean
  /** Whether hubs leave out a widget whose data is empty. */
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

/** Returns the definition as it is, checked and with its exact types. */
export function defineWidget<
  const Config extends z.ZodType,
  const Data extends z.ZodType,
  const Definition extends WidgetDefinition<Config, Data>,
>(definition: Definition & { readonly config: Config; readonly data: Data }): Definition {
  return definition
}

/** What a loader returns to say more than its data. */
export class Result<Data> {
  readonly data: Data
  /** Time from which on the data is known to be wrong, milliseconds since 1970. It counts even if `maxAge` is longer. */
  readonly nextChangeAt: number | undefined
  /**
   * Plain sentences that a reader sees under “Why”: what the loader skipped, corrected or left out. At most `NOTES` of
   * them are kept, and `NOTE_LENGTH` characters of each.
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

/** A result without notes, known to be wrong from `nextChangeAt` (milliseconds since 1970) on. */
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
 * What a loader throws to fail with a message for the reader. Of any other error the reader is told only that the loader
 * failed. `limited`: the source asks us to wait `retryAfter` ms. `unavailable`: something is not set up, and the message
 * says how to do that. `set-aside`: the load did harm, and is not repeated for `retryAfter` ms, whatever happens. The
 * message is cut to `MESSAGE_LENGTH` characters: names in it may be of any length, and it goes to every page and log.
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

/** A definition and its loader as one. It parses config and data, so that everything else handles widgets as plain JSON. */
export interface WidgetType<W extends AnyDefinition = AnyDefinition> {
  readonly definition: W
  /** @throws ZodError */
  parseConfig(raw: unknown): ConfigOf<W>
  params(config: ConfigOf<W>): Json
  /** Runs the loader. @throws ZodError when its data does not fit the schema `data`, and what the loader throws. */
  load(
    params: Json,
    context: LoadContext,
  ): Promise<{ data: Json; empty: boolean; nextChangeAt: number | undefined; notes?: readonly string[] }>
}

/** Joins a definition to its loader. */
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
