import type { LoggedEvent } from '../define.ts'
import { cut } from './cut.ts'
import { type PlainData, readData } from './plain-data.ts'
import type { Sentence } from './sentence.ts'
import { type Wording, wordingOf } from './wording.ts'

/** Any event: what its topic says in words, and what its data says in short: `tomas deployed api 2.9.0 to prod`. */
export function plainSentence({ topic, subject, data }: LoggedEvent): Sentence {
  const read = readData(data)
  const words = topic.split('.').map(wordOf)
  const telling = wordingOf(words, read, subject ?? '')
  const { actor, href } = read
  const link = href === undefined ? {} : { href }
  return {
    ...byActor(actor, telling.one),
    ...link,
    group: JSON.stringify(['topic', topic, telling.verb]),
    joined(sentences) {
      const same = actor !== undefined && sentences.every((each) => each.actor === actor)
      return { ...byActor(same ? actor : undefined, telling.several(sentences.length)), ...link }
    },
  }
}

/** `anna` `deployed web` when somebody did it and it reads so, else `web was deployed`. */
function byActor(
  actor: PlainData['actor'],
  { active, passive }: Wording['one'],
): Pick<Sentence, 'actor' | 'text'> {
  if (actor !== undefined && active !== undefined) return { actor, text: cut(active) }
  return { text: cut(actor === undefined ? passive : `${passive}, by ${actor}`) }
}

/** A token of a topic as a word: what `topicSegment` escaped is itself again. */
function wordOf(token: string): string {
  let text = token
  try {
    text = decodeURIComponent(token)
  } catch {
    // It was not escaped by us.
  }
  return text.replaceAll('_', ' ')
}
