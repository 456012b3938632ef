import { eventTopic } from '#sources/github/topics.ts'

/** Topics of the pull requests of `owner/repository`. */
export function pullTopic(name: string): string {
  const [owner, repository] = name.split('/')
  return eventTopic('pull_request', { owner, repository })
}
