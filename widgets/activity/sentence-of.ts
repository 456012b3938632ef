import { isGitHubTopic } from '#sources/github/topics.ts'
import type { LoggedEvent } from '../define.ts'
import { buildSentence } from './build-sentence.ts'
import { githubSentence } from './github-sentence.ts'
import { plainSentence } from './plain-sentence.ts'
import type { Sentence } from './sentence.ts'

/** Nothing for what nobody wants to read, such as a ping. */
export function sentenceOf(event: LoggedEvent): Sentence | undefined {
  if (isGitHubTopic(event.topic)) {
    const told = githubSentence(event)
    if (told !== 'unknown') return told
  }
  return buildSentence(event) ?? plainSentence(event)
}
