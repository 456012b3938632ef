import { z } from 'zod'
import type { LoggedEvent } from '#widgets/define.ts'
import { topicToken } from '#widgets/kit/topic-token.ts'

const about = z.object({ repository: z.object({ full_name: z.string() }) })

/**
 * The name of the GitHub event (`workflow_run`) that a delivery is of, by its topic; nothing for what only looks like one.
 * Who may publish to other topics, or to those of one repository, tells nothing of another by what is in the data.
 */
export function gitHubEvent({ topic, data }: Pick<LoggedEvent, 'topic' | 'data'>): string | undefined {
  const [first, owner, repository, event] = topic.split('.')
  if (first !== 'github') return undefined
  const told = about.safeParse(data).data?.repository.full_name.split('/').map(topicToken)
  return !told || (told[0] === owner && told[1] === repository) ? event : undefined
}
