import type { LoadContext, LoggedEvent } from './define.ts'

/** Events of one reading of the log, which is what a load may ask for at once. */
const PAGE = 500
const PAGES = 4

export interface Read {
  /** Newest first by arrival. */
  readonly events: readonly LoggedEvent[]
  /** When there are more, the time (milliseconds since 1970) before which nothing was read. */
  readonly since?: number | undefined
}

/** Up to 2,000 events of the log: what is folded from them must say when that was not all. */
export async function readLog(
  { events: read }: Pick<LoadContext, 'events'>,
  topics: readonly string[],
): Promise<Read> {
  const events: LoggedEvent[] = []
  for (let page = 1; page <= PAGES; page++) {
    const before = events.at(-1)
    const some = await read({
      topics,
      limit: PAGE,
      ...(before ? { before: { source: before.source, id: before.id } } : {}),
    })
    events.push(...some)
    if (some.length < PAGE) return { events }
  }
  return { events, since: events.at(-1)?.receivedAt }
}
