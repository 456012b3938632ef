import type { DataOf, LoggedEvent } from '../define.ts'
import { httpUrl } from '../kit/http-url.ts'
import { redact } from './redact.ts'
import type { Sentence } from './sentence.ts'
import { sentenceOf } from './sentence-of.ts'
import type { activity } from './widget.ts'

type Line = DataOf<typeof activity>['lines'][number]

/** How far apart the first and the last event of one line may be. */
const burst = 3_600_000

/** What is told of one thing. */
interface Item {
  sentence: Sentence
  readonly time: number
}

interface Burst {
  readonly newest: LoggedEvent
  readonly time: number
  readonly items: Item[]
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
  const told = new Map<string, { readonly item: Item; readonly of: Burst }>()
  for (const { event, time } of ordered) {
    const sentence = sentenceOf(event)
    if (sentence === undefined) continue
    const known = sentence.about === undefined ? undefined : told.get(sentence.about)
    if (known && known.item.time - time <= burst) {
      if (sentence.fuller && !known.item.sentence.fuller) known.item.sentence = sentence
      known.of.count++
      continue
    }
    const item = { sentence, time }
    const current = open.get(sentence.group)
    let of: Burst
    if (current !== undefined && current.time - time <= burst) {
      current.items.push(item)
      current.count++
      of = current
    } else {
      of = { newest: event, time, items: [item], count: 1 }
      open.set(sentence.group, of)
      bursts.push(of)
    }
    if (sentence.about !== undefined) told.set(sentence.about, { item, of })
  }
  return bursts.slice(0, limit).map(lineOf)
}

/** A producer's clock that runs ahead must not hold its event at the top. */
function happened({ time, receivedAt }: LoggedEvent): number {
  return Math.min(time, receivedAt)
}

function lineOf({ newest, time, items, count }: Burst): Line {
  const sentences = items.map(({ sentence }) => sentence)
  const [first] = sentences
  if (first === undefined) throw new RangeError('a line has at least one event')
  const { actor, text, href } = sentences.length > 1 ? (first.joined?.(sentences) ?? first) : first
  const link = href === undefined ? undefined : safeLink(href)
  return {
    id: `${newest.source} ${newest.id}`,
    ...(actor === undefined ? {} : { actor: redact(actor) }),
    text: redact(text),
    ...(link === undefined ? {} : { href: link }),
    topic: newest.topic,
    time,
    count,
  }
}

/** A link that holds a secret leads nowhere. */
function safeLink(href: string): string | undefined {
  return httpUrl.safeParse(href).success && redact(href) === href ? href : undefined
}
