import { topicToken } from '../topic-token.ts'

/** Topics of a GitHub event of `owner/repository` or `owner/*`; of all repositories without a list. */
export function githubTopics(repositories: readonly string[] = ['*/*'], event: string): string[] {
  return repositories.map((name) => {
    const place = name.split('/').map((part) => (part === '*' ? part : topicToken(part)))
    return `github.${place.join('.')}.${event}.>`
  })
}
