import { type Load, type LoggedEvent, Result } from '../define.ts'
import { joinLines } from './join.ts'
import type { activity } from './widget.ts'

/** Several events may make one line, so more are read than lines are shown. */
const eventsPerLine = 5
/** How often more is read, when bursts leave too few lines. */
const readings = 4

export const load: Load<typeof activity> = async ({ topics, limit: most }, context) => {
  const limit = Math.min(500, most * eventsPerLine)
  const events: LoggedEvent[] = []
  for (let reading = 1; ; reading++) {
    const last = events.at(-1)
    const before = last && { source: last.source, id: last.id }
    const { events: some, more } = await context.events({ topics, limit, ...(before ? { before } : {}) })
    events.push(...some)
    const lines = joinLines(events, most)
    if (lines.length === most || !more) return { lines }
    // Cut because of its size: what was read is held whole until all is.
    if (reading === readings || some.length < limit) return new Result({ lines }, { notes: notesOf(events) })
  }
}

function notesOf(events: readonly LoggedEvent[]): string[] {
  const since = events.at(-1)?.receivedAt
  if (since === undefined) return []
  return [
    `There are too many events to read all: what arrived before ${new Date(since).toISOString()} is not shown.`,
  ]
}
