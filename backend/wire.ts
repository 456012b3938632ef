import type { Json } from '#widgets/define.ts'

/** How a widget stands, in one word. */
export type Status = 'loading' | 'fresh' | 'refreshing' | 'stale' | 'failed' | 'unavailable' | 'empty'

/** Why there is no newer data, in words for a reader; `reference` is found in the log. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly reference: string
}

/** Times on the wire are milliseconds since 1970, by the cache's clock. Versions are `epoch:offset`. Cursors are opaque. */
interface WidgetState {
  readonly key: string
  readonly version: string
  /** `type@version`: a page older than the deploy keeps its card and offers to reload. */
  readonly schema: string
  readonly status: Status
  readonly loadedAt: number | null
  readonly checkedAt: number | null
  readonly error?: WireError
  /** Ids of the events behind the data, newest last. */
  readonly cause?: readonly string[]
  /** Topic of the newest of them. */
  readonly topic?: string
}

/** One widget of a snapshot; also `GET /api/v1/widgets/<id>` (with `id`). */
export interface WidgetSnapshot extends WidgetState {
  readonly type: string
  readonly data: Json
}

/** `GET /api/v1/hubs/<slug>/snapshot`. */
export interface Snapshot {
  readonly cursor: string
  readonly now: number
  /** Every event up to here is in the data, or shown as being loaded. 0 when nobody knows. */
  readonly through: number
  readonly revision: number
  readonly widgets: Readonly<Record<string, WidgetSnapshot>>
}

/** Data of `GET /api/v1/data/<key>/<epoch>/<offset>?widget=<id>`, the `href` of a frame too large to carry it. */
export interface KeyedData {
  readonly key: string
  readonly version: string
  readonly data: Json
}

export interface Position {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** A placed widget as `GET /api/v1/hubs/<slug>` shows it. The grid has 12 columns; `h` counts rows of 4 rem. */
export interface HubWidget {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly config: Json
  readonly position: Position
  /** Absent when the type is gone or its config no longer parses; `problem` then says which. */
  readonly key?: string
  readonly schema?: string
  readonly problem?: WireError
  /** Its type asks to take no room on the page while it has nothing to show. */
  readonly hideWhenEmpty?: true
}

export interface HubView {
  readonly slug: string
  readonly title: string
  readonly summary: string
  readonly visibility: 'public'
  readonly embedOrigins: readonly string[]
  readonly revision: number
  readonly widgets: readonly HubWidget[]
}

export interface HubSummary {
  readonly slug: string
  readonly title: string
  readonly summary: string
  readonly widgets: number
  readonly revision: number
}

/** SSE events of `GET /api/v1/stream`, by event name. `id:` of each is the cursor. Unknown names and fields are to be ignored. */
export interface StreamEvents {
  hello: {
    readonly cursor: string
    /** Seconds between beats. */
    readonly heartbeat: number
    readonly now: number
    readonly through: number
    readonly why?: string
    /** Build the server runs. */
    readonly build: string
    readonly hubs: Readonly<Record<string, number>>
    /**
     * By hub and widget, for a new build or setting gives a widget another key at the same revision. Servers of older
     * builds do not say.
     */
    readonly keys?: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
  widget: WidgetState & {
    readonly id: string
    /** Absent when unchanged (or carried by `href`). */
    readonly data?: Json
    readonly href?: string
  }
  resync: { readonly widgets: Readonly<Record<string, { readonly key: string; readonly version: string }>> }
  layout: { readonly hub: string; readonly revision: number; readonly keys: Readonly<Record<string, string>> }
  gone: { readonly hub: string } | { readonly id: string }
  /** `why` says in sentences which stores do not serve, if any: what a page that is behind may tell. */
  beat: { readonly now: number; readonly through: number; readonly why?: string }
  bye: Readonly<Record<string, never>>
}

/** A field that was refused, by JSON pointer (or the name of a header or a query parameter), and what is wrong with it. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

/** RFC 9457, sent as `application/problem+json`. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly FieldError[]
}

/** `GET /api/v1/widget-types`. */
export interface WidgetTypeView {
  readonly type: string
  readonly title: string
  readonly description: string
  readonly available: boolean
  /** What to set or install when it is not available. */
  readonly remedy?: string
  readonly configSchema: Json
  readonly sampleConfig: Json
}

/** `GET /api/v1/widgets/<id>/explain`. */
export interface Explanation {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly version: string
  readonly status: Status
  readonly now: number
  readonly interests: readonly {
    readonly topic: string
    readonly where?: Readonly<Record<string, string | number | boolean>>
  }[]
  readonly freshness: {
    readonly fresh: boolean
    readonly required: number
    readonly built: number
    readonly loadedAt: number | null
    readonly checkedAt: number | null
    /** When it becomes stale by the clock alone. */
    readonly dueAt: number | null
    readonly maxAge: number
  }
  readonly cause: readonly { readonly id: string; readonly topic: string }[]
  /** An audit found what no event had announced. */
  readonly audited?: true
  readonly loads: readonly {
    readonly startedAt: number
    readonly endedAt: number
    readonly outcome: 'changed' | 'confirmed' | 'failed'
    /** What the loader said of its result: what it passed over, corrected or left out. */
    readonly notes?: readonly string[]
  }[]
  /** Newest first: the last events that matched its interests. */
  readonly events: readonly {
    readonly id: string
    readonly source: string
    readonly topic: string
    readonly time: number
    /** What its producer said, when that cannot be: then `time` is `receivedAt`. */
    readonly saidTime?: number
    readonly receivedAt: number
  }[]
  readonly error?: WireError
}
