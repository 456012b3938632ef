import { type AtomFeed, type JsonFeed, parseFeed, type RdfFeed, type RssFeed } from 'feedsmith'
import type { DataOf } from '../define.ts'
import { plainText, shortened } from './plain-text.ts'
import type { feed } from './widget.ts'

type Feed = DataOf<typeof feed>

/** What the formats call by different names. `html` says whether `title` may hold markup. */
interface Entry {
  readonly title: string | undefined
  readonly html: boolean
  /** Stands in for a missing title; may hold markup. */
  readonly body: string | undefined
  readonly link: string | undefined
  readonly time: string | undefined
  readonly source: string | undefined
}

/** More than a widget shows, so that a feed in the wrong order still gives its newest. */
const maxRead = 200

/**
 * The newest `limit` items of an RSS, Atom, RDF or JSON feed; links are resolved against `base`.
 * @throws when the text is none of these.
 */
export function readFeed(text: string, base: string, limit: number): Feed {
  const { title, entries } = entriesOf(text)
  const items = entries.slice(0, maxRead).map((entry) => itemOf(entry, base))
  const dated = items.every((item) => item.time !== null)
  const ordered = dated ? items.toSorted((a, b) => (b.time ?? 0) - (a.time ?? 0)) : items
  return { title: shortened(plainText(title ?? ''), 200), items: ordered.slice(0, limit) }
}

function itemOf(entry: Entry, base: string): Feed['items'][number] {
  const link = webLink(entry.link, base)
  const title = entry.html ? plainText(entry.title ?? '') : (entry.title ?? '')
  const time = Date.parse(entry.time ?? '')
  return {
    title: shortened(title, 300) || shortened(plainText(entry.body ?? ''), 120) || (link ?? 'Untitled'),
    link,
    time: Number.isNaN(time) ? null : time,
    source: shortened(plainText(entry.source ?? ''), 80),
  }
}

function webLink(link: string | undefined, base: string): string | null {
  if (link === undefined || link.length > 2000 || !URL.canParse(link, base)) return null
  const { protocol, href } = new URL(link, base)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}

function entriesOf(text: string): { title: string | undefined; entries: Entry[] } {
  const { format, feed } = parseFeed(text, { maxItems: maxRead })
  switch (format) {
    case 'rss':
      return { title: feed.title, entries: (feed.items ?? []).map(fromRss) }
    case 'atom':
      return { title: feed.title?.value, entries: (feed.entries ?? []).map(fromAtom) }
    case 'rdf':
      return { title: feed.title, entries: (feed.items ?? []).map(fromRdf) }
    case 'json':
      return { title: feed.title, entries: (feed.items ?? []).map(fromJson) }
  }
}

function fromRss(item: RssFeed.Item<string>): Entry {
  const permalink = item.guid?.isPermaLink === false ? undefined : item.guid?.value
  return {
    title: item.title,
    html: true,
    body: item.description,
    link: item.link ?? permalink,
    time: item.pubDate ?? item.dc?.dates?.[0],
    source: item.source?.title ?? item.authors?.[0]?.name ?? item.dc?.creators?.[0],
  }
}

function fromAtom(entry: AtomFeed.Entry<string>): Entry {
  const link = entry.links?.find(({ rel }) => rel === undefined || rel === 'alternate')
  return {
    title: entry.title?.value,
    html: entry.title?.type === 'html' || entry.title?.type === 'xhtml',
    body: entry.summary?.value ?? entry.content?.value,
    link: link?.href,
    time: entry.published ?? entry.updated,
    source: entry.source?.title?.value ?? entry.authors?.[0]?.name,
  }
}

function fromRdf(item: RdfFeed.Item<string>): Entry {
  return {
    title: item.title,
    html: true,
    body: item.description,
    link: item.link,
    time: item.dc?.dates?.[0],
    source: item.dc?.creators?.[0],
  }
}

function fromJson(item: JsonFeed.Item<string>): Entry {
  return {
    title: item.title,
    html: false,
    body: item.summary ?? item.content_text ?? item.content_html,
    link: item.url ?? item.external_url,
    time: item.date_published ?? item.date_modified,
    source: item.authors?.[0]?.name,
  }
}
