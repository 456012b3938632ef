import type { Load } from '../define.ts'
import { foldPulls } from './fold.ts'
import { openPulls } from './github-api.ts'
import { lastUpdatedFirst, type Pull } from './pull-request.ts'
import { pullTopic } from './topics.ts'
import type { pulls } from './widget.ts'

const mostEvents = 500

export const load: Load<typeof pulls> = async ({ repositories, limit, showDrafts }, context) => {
  const keep = (pull: Pull) => showDrafts || !pull.draft
  // GitHub's names are the same in any case.
  const named = new Map(repositories.map((name) => [name.toLowerCase(), name]))
  const read = await Promise.all(
    [...named.values()].map(async (repository) => {
      if (context.secrets.GITHUB_TOKEN !== undefined) {
        return await openPulls(repository, { wanted: limit, keep }, context)
      }
      const events = await context.events({ topics: [pullTopic(repository)], limit: mostEvents })
      return { pulls: foldPulls(events).filter(keep), complete: events.length < mostEvents }
    }),
  )
  const open = read.flatMap((each) => each.pulls).sort(lastUpdatedFirst)
  return {
    pulls: open.slice(0, limit),
    open: open.length,
    complete: read.every(({ complete }) => complete),
    from: context.secrets.GITHUB_TOKEN === undefined ? 'events' : 'api',
  }
}
