import type { LoadContext, LoggedEvent } from '../define.ts'

/** Events of one reading of the log, which is what a load may ask for at once. */
const PAGE = 500
const PAGES = 4

export interface LogExcerpt {
  /** Newest first by arrival. */
  readonly events: readonly LoggedEvent[]
  /** When there are more, the time (milliseconds since 1970) before which nothing was read. */
  readonly since?: number | undefined
}

/** Up to 2,000 events of the log, fewer when they are large: what is folded from them must say when that was not all. */
export async function readLog(
  { events: read }: Pick<LoadContext, 'events'>,
  topics: readonly string[],
): Promise<LogExcerpt> {
  const events: LoggedEvent[] = []
  for (let page = 1; page <= PAGES; page++) {
    const before = events.at(-1)
    const { events: some, more } = await read({
      topics,
      limit: PAGE,
      ...(before ? { before: { source: before.source, id: before.id } } : {}),
    })
    events.push(...some)
    if (!more) return { events }
    // Cut because of its size: what is folded is held whole until all is read.
    if (some.length < PAGE) break
  }
  return { events, since: events.at(-1)?.receivedAt }
}
