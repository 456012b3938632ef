import type { Load } from '../define.ts'
import { joinLines } from './join.ts'
import type { activity } from './widget.ts'

/** Several events may make one line, so more are read than lines are shown. */
const eventsPerLine = 5

export const load: Load<typeof activity> = async ({ topics, limit }, context) => {
  const events = await context.events({ topics, limit: Math.min(500, limit * eventsPerLine) })
  return { lines: joinLines(events, limit) }
}
