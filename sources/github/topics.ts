import { z } from 'zod'
import type { LoggedEvent } from '#widgets/define.ts'
import { topicSegment } from '#widgets/kit/topic-segment.ts'

/** The topic of a delivery: `github.<owner>.<repository>.<event>.<action>`, with `-` for what it does not tell. */
export function topicOf({
  owner,
  repository,
  event,
  action,
}: {
  readonly owner: string | undefined
  readonly repository: string | undefined
  readonly event: string
  readonly action: string | undefined
}): string {
  return ['github', ...[owner, repository, event, action].map(topicSegment)].join('.')
}

/** The pattern of what is delivered of an event, with any action: of one repository, of all of an owner, or of all. */
export function eventTopic(
  event: string,
  {
    owner,
    repository,
  }: { readonly owner?: string | undefined; readonly repository?: string | undefined } = {},
): string {
  const place = [owner, repository].map((part) => (part === undefined ? '*' : topicSegment(part)))
  return `github.${place.join('.')}.${event}.>`
}

const about = z.object({ repository: z.object({ full_name: z.string() }) })

/**
 * The name of the GitHub event (`workflow_run`) that a delivery is of, by its topic; nothing for what only looks like one.
 * Who may publish to other topics, or to those of one repository, tells nothing of another by what is in the data.
 */
export function deliveredEvent({ topic, data }: Pick<LoggedEvent, 'topic' | 'data'>): string | undefined {
  const [first, owner, repository, event] = topic.split('.')
  if (first !== 'github') return undefined
  const told = about.safeParse(data).data?.repository.full_name.split('/').map(topicSegment)
  return !told || (told[0] === owner && told[1] === repository) ? event : undefined
}

/** Whether a topic is of GitHub's deliveries. */
export function isGitHubTopic(topic: string): boolean {
  return topic.startsWith('github.')
}
