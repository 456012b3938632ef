import type { DataOf, LoggedEvent } from '../define.ts'
import { type Sentence, sentenceOf } from './sentence.ts'
import type { activity } from './widget.ts'

type Line = DataOf<typeof activity>['lines'][number]

/** How far apart the first and the last event of one line may be. */
const burst = 3_600_000

interface Burst {
  readonly newest: LoggedEvent
  readonly time: number
  readonly sentence: Sentence
  count: number
}

/** The newest `limit` lines, newest first by the events' own times, so that neither order nor repeats matter. */
export function joinLines(events: readonly LoggedEvent[], limit: number): Line[] {
  const once = new Map(events.map((event) => [`${event.source} ${event.id}`, event]))
  const ordered = [...once]
    .map(([id, event]) => ({ id, event, time: happened(event) }))
    .sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1))
  const bursts: Burst[] = []
  const open = new Map<string, Burst>()
  for (const { event, time } of ordered) {
    const sentence = sentenceOf(event)
    if (sentence === undefined) continue
    const current = open.get(sentence.group)
    if (current !== undefined && current.time - time <= burst) current.count++
    else {
      const next = { newest: event, time, sentence, count: 1 }
      open.set(sentence.group, next)
      bursts.push(next)
    }
  }
  return bursts.slice(0, limit).map(lineOf)
}

/** A producer's clock that runs ahead must not hold its event at the top. */
function happened({ time, receivedAt }: LoggedEvent): number {
  return Math.min(time, receivedAt)
}

function lineOf({ newest, time, sentence, count }: Burst): Line {
  const { actor, text, href } = count > 1 ? (sentence.joined?.(count) ?? sentence) : sentence
  return {
    id: `${newest.source} ${newest.id}`,
    ...(actor === undefined ? {} : { actor }),
    text,
    ...(href === undefined ? {} : { href }),
    topic: newest.topic,
    time,
    count,
  }
}
