import type { LoggedEvent, LoggedEvents } from '#widgets/define.ts'

/** An event the log does not take, whatever is tried: the database cannot hold it, or another one has its id. */
export interface UnloggedEvent {
  readonly event: LoggedEvent
  readonly reason: string
}

/** Every event that was on the bus, for `context.events`. Rejects with `DatabaseAway` while the database cannot be reached. */
export interface EventLog {
  /**
   * One insert. An event that is there already, by `source`, `id` and content, is left as it is. Another one of that
   * `source` and `id` is refused if received within 24 h of the logged one; the later of them takes its place otherwise.
   */
  append(received: readonly LoggedEvent[]): Promise<readonly UnloggedEvent[]>
  /**
   * Newest first by arrival, at most `limit`, none received before `since` (milliseconds since 1970), and with `before`
   * only what arrived before that event: none when it is no more. Of those, as many as fit into 16 MiB of data, and
   * whether there may be more.
   * @throws RangeError when a pattern is none.
   */
  read(query: {
    readonly patterns: readonly string[]
    readonly limit: number
    readonly since?: number | undefined
    readonly before?: Pick<LoggedEvent, 'source' | 'id'> | undefined
  }): Promise<LoggedEvents>
  /** Removes what is older than `days`, beyond the newest `rows` or the newest `bytes` of data, and tells of it piece by piece. */
  prune(keep: {
    readonly days?: number
    readonly rows?: number
    readonly bytes?: number
  }): AsyncIterable<Pruned>
}

export interface Pruned {
  /** Events removed. */
  readonly rows: number
  /** Of the events removed, each once. */
  readonly topics: ReadonlySet<string>
}
