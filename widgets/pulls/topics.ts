import { topicToken } from '../kit/topic-token.ts'

/** Topics of the pull requests of `owner/repository`. */
export function pullTopic(name: string): string {
  return `github.${name.split('/').map(topicToken).join('.')}.pull_request.>`
}
