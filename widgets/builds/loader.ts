import type { Load } from '../define.ts'
import { foldBuilds } from './fold.ts'
import { githubTopics } from './topics.ts'
import type { builds } from './widget.ts'

export const load: Load<typeof builds> = async ({ repositories, topics, branches, limit }, context) => {
  // Asked for one by one, so that many check runs do not push the workflow runs out of what is read.
  const asked = [githubTopics(repositories, 'workflow_run'), githubTopics(repositories, 'check_run'), topics]
  const read = await Promise.all(
    asked.filter((list) => list.length > 0).map((list) => context.events({ topics: list, limit: 500 })),
  )
  return foldBuilds(read.flat(), { branches, limit })
}
