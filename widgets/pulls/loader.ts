import { repositoryTopics } from '#sources/github/moved-repositories.ts'
import { type DataOf, type Load, type LoadContext, Result } from '../define.ts'
import { readLog } from '../kit/read-log.ts'
import { foldPulls } from './fold.ts'
import { openPulls } from './open-pulls.ts'
import { lastUpdatedFirst, type Pull } from './pull.ts'
import { pullTopic } from './topics.ts'
import type { pulls } from './widget.ts'

interface Open {
  readonly pulls: readonly Pull[]
  readonly complete: boolean
  readonly moved?: DataOf<typeof pulls>['moved']
  readonly notes?: readonly string[]
}

export const load: Load<typeof pulls> = async ({ repositories, limit, showDrafts }, context) => {
  const keep = (pull: Pull) => showDrafts || !pull.draft
  // GitHub's names are the same in any case.
  const named = [...new Map(repositories.map((name) => [name.toLowerCase(), name])).values()]
  const byToken = context.secrets.GITHUB_TOKEN !== undefined
  const told = byToken ? await askGitHub(named, limit, keep, context) : await readDeliveries(named, context)
  const open = told.pulls.filter(keep)
  return new Result(
    {
      pulls: open.slice(0, limit),
      open: open.length,
      complete: told.complete,
      from: byToken ? ('api' as const) : ('events' as const),
      ...(told.moved?.length ? { moved: told.moved } : {}),
    },
    { notes: told.notes ?? [] },
  )
}

async function askGitHub(
  repositories: readonly string[],
  wanted: number,
  keep: (pull: Pull) => boolean,
  context: LoadContext,
): Promise<Open> {
  const read = await Promise.all(repositories.map((name) => openPulls(name, { wanted, keep }, context)))
  return {
    pulls: read.flatMap((each) => each.pulls).sort(lastUpdatedFirst),
    complete: read.every(({ complete }) => complete),
  }
}

async function readDeliveries(repositories: readonly string[], context: LoadContext): Promise<Open> {
  const groups = [...repositories.map((name) => [pullTopic(name)]), repositoryTopics(repositories)]
  const read = await Promise.all(groups.map((topics) => readLog(context, topics)))
  const { pulls, moved, doubted } = foldPulls(
    read.flatMap(({ events }) => events),
    repositories,
  )
  const notes = read.flatMap(({ since }, index) =>
    since === undefined || index === repositories.length
      ? []
      : `There are too many deliveries of ${repositories[index]} to read all: pull requests that nothing happened to since ${new Date(since).toISOString()} are missing.`,
  )
  if (doubted > 0)
    notes.push(`Deliveries that tell times that cannot be, and count as of their arrival: ${doubted}.`)
  return { pulls, moved, notes, complete: read.every(({ since }) => since === undefined) }
}
