import { type AtomFeed, type JsonFeed, parseFeed, type RdfFeed, type RssFeed } from 'feedsmith'

/** What the formats call by different names. `html` says whether `title` may hold markup. */
export interface Entry {
  readonly title: string | undefined
  readonly html: boolean
  /** Stands in for a missing title; may hold markup. */
  readonly body: string | undefined
  /** The first that can be followed is taken. */
  readonly links: readonly (string | undefined)[]
  /** What its links are relative to, from the outermost to the innermost, each relative to the one before. */
  readonly bases: readonly (string | undefined)[]
  /** The first that is a time is taken. */
  readonly times: readonly (string | undefined)[]
  readonly source: string | undefined
}

/**
 * The title and the items of an RSS, Atom, RDF or JSON feed.
 * @throws when the text is none of these.
 */
export function entriesOf(text: string): { title: string | undefined; entries: Entry[] } {
  const { format, feed } = parseFeed(text)
  switch (format) {
    case 'rss':
      return {
        title: feed.title ?? feed.atom?.title?.value,
        entries: (feed.items ?? []).map((item) => fromRss(item, feed.xml?.base)),
      }
    case 'atom':
      return {
        title: feed.title?.value,
        entries: (feed.entries ?? []).map((entry) => fromAtom(entry, feed.xml?.base)),
      }
    case 'rdf':
      return { title: feed.title, entries: (feed.items ?? []).map((item) => fromRdf(item, feed.xml?.base)) }
    case 'json':
      return { title: feed.title, entries: (feed.items ?? []).map(fromJson) }
  }
}

function fromRss(item: RssFeed.Item<string>, outer: string | undefined): Entry {
  const { atom, dc, dcterms, guid } = item
  const permalink = guid?.isPermaLink === false || !URL.canParse(guid?.value ?? '') ? undefined : guid?.value
  const atomTitle = item.title === undefined ? atom?.title : undefined
  return {
    title: item.title ?? atomTitle?.value,
    html: atomTitle?.type !== 'text',
    body: item.description ?? atom?.summary?.value ?? item.content?.encoded ?? atom?.content?.value,
    links: [item.link, alternate(atom?.links), permalink],
    bases: [outer, item.xml?.base],
    times: [
      item.pubDate,
      atom?.published,
      dc?.dates?.[0],
      dcterms?.issued?.[0],
      dcterms?.created?.[0],
      atom?.updated,
      dcterms?.modified?.[0],
    ],
    source: item.source?.title ?? item.authors?.[0]?.name ?? dc?.creators?.[0] ?? atom?.authors?.[0]?.name,
  }
}

function fromAtom(entry: AtomFeed.Entry<string>, outer: string | undefined): Entry {
  return {
    title: entry.title?.value,
    html: entry.title?.type === 'html' || entry.title?.type === 'xhtml',
    body: entry.summary?.value ?? entry.content?.value,
    links: [alternate(entry.links)],
    bases: [outer, entry.xml?.base],
    times: [entry.published, entry.updated, entry.dc?.dates?.[0]],
    source: entry.source?.title?.value ?? entry.authors?.[0]?.name ?? entry.dc?.creators?.[0],
  }
}

function alternate(links: AtomFeed.Entry<string>['links']): string | undefined {
  return links?.find(({ rel }) => rel === undefined || rel === 'alternate')?.href
}

function fromRdf(item: RdfFeed.Item<string>, outer: string | undefined): Entry {
  return {
    title: item.title,
    html: true,
    body: item.description ?? item.content?.encoded,
    links: [item.link, alternate(item.atom?.links)],
    bases: [outer, item.xml?.base],
    times: [item.dc?.dates?.[0], item.dcterms?.issued?.[0], item.dcterms?.modified?.[0], item.atom?.updated],
    source: item.dc?.creators?.[0],
  }
}

function fromJson(item: JsonFeed.Item<string>): Entry {
  return {
    title: item.title,
    html: false,
    body: item.summary ?? item.content_text ?? item.content_html,
    links: [item.url, item.external_url],
    bases: [],
    times: [item.date_published, item.date_modified],
    source: item.authors?.[0]?.name,
  }
}
