import { type Load, Result } from '../define.ts'
import { readLog } from '../kit/read-log.ts'
import { foldBuilds } from './fold.ts'
import { topicGroups } from './topics.ts'
import type { builds } from './widget.ts'

export const load: Load<typeof builds> = async (asked, context) => {
  const read = await Promise.all(topicGroups(asked).map((topics) => readLog(context, topics)))
  // One event may be of several groups.
  const events = new Map(
    read.flatMap((each) => each.events).map((event) => [`${event.source} ${event.id}`, event]),
  )
  const { data, notes } = foldBuilds([...events.values()], asked)
  const cut = read.flatMap(({ since }) => since ?? [])
  if (cut.length === 0) return new Result(data, { notes })
  const since = Math.max(...cut)
  return new Result(
    { ...data, since },
    {
      notes: [
        ...notes,
        `There are too many events to read all: jobs that have not run since ${new Date(since).toISOString()} may be missing.`,
      ],
    },
  )
}
