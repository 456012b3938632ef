import { decodeDelivery } from '#backend/ingest/delivery.ts'
import type { ReceivedEvent } from '#backend/ingest/event.ts'
import { matchesTopic } from '#backend/ingest/topic.ts'
import { compileCriteria } from '#backend/triage/criterion.ts'
import { type MatchingIndex, matchingIndex } from '#backend/triage/matching.ts'
import type { Interest } from '#widgets/define.ts'
import { answer } from './verbs.ts'
import { interestOf, workloadEvent } from './workload.ts'

let index: MatchingIndex<number> = matchingIndex()
let widgets = 0

/** Whether an event of a topic, given in tokens too, is one of an instance's. */
type Predicate = (event: ReceivedEvent, topic: readonly string[]) => boolean

const verbs = {
  /** An index of so many widgets; says how long that took, and bytes a widget. */
  async fill(count: number): Promise<{ ms: number; bytes: number }> {
    index = matchingIndex()
    widgets = count
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const began = process.cpuUsage().user
    for (let n = 0; n < count; n++) index.add(`w${n}`, [interestOf(n, count)], n)
    const ms = (process.cpuUsage().user - began) / 1_000
    globalThis.gc?.()
    return { ms, bytes: (process.memoryUsage().heapUsed - before) / count }
  },

  /** CPU in µs an event: for matching one already parsed, and with parsing it when that is needed. */
  async match({ events, matches }: { events: number; matches: number }) {
    const messages = Array.from({ length: events }, (_, sequence) => {
      const { topic, body } = workloadEvent(sequence, widgets, matches)
      return { topic, body: Buffer.from(body), stream: 'bench', sequence, time: 0 }
    })
    const parsed = messages.map(eventOf)
    let found = 0
    const alone = timed(events, (n) => {
      const event = parsed[n] as ReceivedEvent
      found += index.match(event.topic, () => event).length
    })
    const withParsing = timed(events, (n) => {
      const message = messages[n] as (typeof messages)[number]
      let event: ReceivedEvent | undefined
      index.match(message.topic, () => {
        event ??= eventOf(message)
        return event
      })
    })
    return { alone, withParsing, found }
  },

  /** What any index does: as many strings, just made, looked up in a map of as many keys. CPU in µs each. */
  async lookUp(lookups: number): Promise<number> {
    const map = new Map(Array.from({ length: widgets }, (_, n) => [`owner${n % 1_000}/repo${n}`, n]))
    const asked = Array.from({ length: lookups }, (_, n) => {
      const { topic } = workloadEvent(n, widgets, 0.1)
      const [, owner, name] = topic.split('.')
      return Buffer.from(`${owner}/${name}`).toString()
    })
    let found = 0
    const each = timed(lookups, (n) => {
      if (map.has(asked[n] as string)) found += 1
    })
    if (found === 0) throw new Error('Nothing was found.')
    return each
  },

  /** The same without an index: each event is held against the compiled predicate of every widget. */
  async scan({ events, matches }: { events: number; matches: number }) {
    const predicates = Array.from({ length: widgets }, (_, n) => predicateOf(interestOf(n, widgets)))
    const parsed = Array.from({ length: events }, (_, n) => {
      const { topic, body } = workloadEvent(n, widgets, matches)
      return eventOf({ topic, body: Buffer.from(body), stream: 'bench', sequence: n, time: 0 })
    })
    let found = 0
    const each = timed(events, (n) => {
      const event = parsed[n] as ReceivedEvent
      const topic = event.topic.split('.')
      for (const predicate of predicates) if (predicate(event, topic)) found += 1
    })
    return { each, found }
  },
}
export type MatchingVerbs = typeof verbs

function predicateOf({ topic, where = {} }: Interest): Predicate {
  const pattern = topic.split('.')
  const meets = compileCriteria(Object.entries(where))
  return (event, tokens) => matchesTopic(pattern, tokens) && (meets?.(event) ?? true)
}

function eventOf(message: Parameters<typeof decodeDelivery>[0]): ReceivedEvent {
  const decoded = decodeDelivery(message)
  if ('refused' in decoded) throw new Error(decoded.refused)
  return decoded.event
}

function timed(count: number, each: (n: number) => void): number {
  const began = process.cpuUsage()
  for (let n = 0; n < count; n++) each(n)
  const { user, system } = process.cpuUsage(began)
  return (user + system) / count
}

answer(verbs)
