import { repositoryTopics } from '#sources/github/moved-repositories.ts'
import { eventTopic } from '#sources/github/topics.ts'

/** Topics of a GitHub event of `owner/repository` or `owner/*`. */
function githubTopics(repositories: readonly string[], event: string): string[] {
  return repositories.map((name) => {
    const [owner, repository] = name.split('/').map((part) => (part === '*' ? undefined : part))
    return eventTopic(event, { owner, repository })
  })
}

/**
 * What builds are folded from, in groups that are read apart, so that many events of one kind do not push those of
 * another out of what is read.
 */
export function topicGroups({
  repositories = ['*/*'],
  topics,
}: {
  readonly repositories?: readonly string[] | undefined
  readonly topics: readonly string[]
}): readonly (readonly string[])[] {
  if (repositories.length === 0) return topics.map((topic) => [topic])
  return [
    ...['workflow_run', 'check_run', 'status', 'delete'].map((event) => githubTopics(repositories, event)),
    repositoryTopics(repositories),
    ...topics.map((topic) => [topic]),
  ]
}

/** Whether `owner/repository` is one of those; every one is without a list. */
export function coversRepository(repositories: readonly string[] | undefined, name: string): boolean {
  const own = name.toLowerCase()
  return (
    repositories === undefined ||
    repositories.some((asked) => {
      const pattern = asked.toLowerCase()
      return pattern.endsWith('/*') ? own.startsWith(pattern.slice(0, -1)) : own === pattern
    })
  )
}
