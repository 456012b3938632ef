import type { LoggedEvent } from '../define.ts'
import { buildSentence } from './build-sentence.ts'
import { githubSentence } from './github-sentence.ts'
import { plainSentence } from './plain-sentence.ts'

/** What one event says to a reader. */
export interface Sentence {
  /** Who did it; `text` reads on after the name. */
  readonly actor?: string
  readonly text: string
  readonly href?: string
  /** Events of one group become one line when they are close in time. */
  readonly group: string
  /** The line of several; without it, the newest speaks for all. */
  joined?(count: number): Pick<Sentence, 'actor' | 'text' | 'href'>
}

/** Nothing for what nobody wants to read, such as a ping. */
export function sentenceOf(event: LoggedEvent): Sentence | undefined {
  if (event.topic.startsWith('github.')) {
    const told = githubSentence(event)
    if (told !== 'unknown') return told
  }
  return buildSentence(event) ?? plainSentence(event)
}
