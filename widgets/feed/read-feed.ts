import type { DataOf } from '../define.ts'
import { believed, readMoment } from '../kit/moment.ts'
import { type Entry, entriesOf } from './entries.ts'
import { plainText, shortened } from './plain-text.ts'
import type { feed } from './widget.ts'

type Feed = DataOf<typeof feed>

interface Dated {
  readonly entry: Entry
  readonly time: number | undefined
  /** Whether it tells a time that has not come yet. */
  readonly ahead: boolean
  /** A date it has that is no time, or several: no zone is guessed. */
  readonly unread: string | undefined
}

export interface ReadFeed {
  readonly data: Feed
  /** What was not taken as the feed says it, for who asks. */
  readonly notes: readonly string[]
}

/**
 * The newest `limit` items of an RSS, Atom, RDF or JSON feed in whatever order it has them; links are resolved against
 * `base`, the address it came from, and the bases it names itself. `now`, ms since 1970, is when it came.
 * @throws when the text is none of these.
 */
export function readFeed(text: string, base: string, limit: number, now: number): ReadFeed {
  const { title, entries } = entriesOf(text)
  const dated = entries.map((entry) => datedOf(entry, now))
  return {
    data: {
      title: shortened(plainText(title ?? ''), 200),
      items: newestFirst(dated)
        .slice(0, limit)
        .map((item) => itemOf(item, base)),
    },
    notes: notesOf(dated),
  }
}

function notesOf(items: readonly Dated[]): string[] {
  const ahead = items.filter((item) => item.ahead).length
  const unread = items.map((item) => item.unread).filter((text) => text !== undefined)
  const notes = ahead === 0 ? [] : [`Items dated after they came, which count as undated: ${ahead}.`]
  if (unread[0] === undefined) return notes
  const like = shortened(unread[0], 80)
  return [
    ...notes,
    `Items whose date does not tell one time, such as "${like}", which count as undated: ${unread.length}.`,
  ]
}

/** An item without a time goes behind the one it stands beside, so that a feed without any keeps its order. */
function newestFirst(items: readonly Dated[]): readonly Dated[] {
  let near = items.find(({ time }) => time !== undefined)?.time ?? 0
  const placed = items.map((item) => {
    near = item.time ?? near
    return { item, near }
  })
  return placed
    .toSorted((a, b) => b.near - a.near || Number(!has(a.item)) - Number(!has(b.item)))
    .map(({ item }) => item)
}

const has = ({ time }: Dated): boolean => time !== undefined

/** A time that has not come yet says nothing of when the item was written, and must not stand above all news for years. */
function datedOf(entry: Entry, now: number): Dated {
  const times = entry.times.map(readMoment).filter((time) => time !== undefined)
  const time = times.find((each) => believed(each, now) === each)
  const unread = times.length > 0 ? undefined : entry.times.find((text) => text?.trim())
  return { entry, time, ahead: time === undefined && times.length > 0, unread }
}

function itemOf({ entry, time }: Dated, address: string): Feed['items'][number] {
  const base = entry.bases.reduce<string>((outer, own) => (own && resolved(own, outer)) || outer, address)
  const link = entry.links.map((each) => webLink(each, base)).find((each) => each !== null) ?? null
  const title = entry.html ? plainText(entry.title ?? '') : (entry.title ?? '')
  return {
    title: shortened(title, 300) || shortened(plainText(entry.body ?? ''), 120) || (link ?? 'Untitled'),
    link,
    time: time ?? null,
    source: shortened(plainText(entry.source ?? ''), 80),
  }
}

function resolved(address: string, base: string): string | undefined {
  return URL.canParse(address, base) ? new URL(address, base).href : undefined
}

function webLink(link: string | undefined, base: string): string | null {
  if (link === undefined || link.length > 2000 || !URL.canParse(link, base)) return null
  const { protocol, href } = new URL(link, base)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}
