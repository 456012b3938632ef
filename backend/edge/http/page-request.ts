import type { IncomingHttpHeaders } from 'node:http'

/**
 * The addresses of pages in `app`: the directory, a hub, one of its widgets, an embedded widget. None holds what Next
 * would decode, so that it shows the very widget that was judged here.
 */
const page = /^\/(?:[a-z0-9][a-z0-9-]{0,62}(?:\/w\/[\w-]{1,64})?|embed\/(?<embedded>[\w-]{1,64}))?$/
/** Files the build made, and those in `app` that are served as they are. No name begins with a dot. */
const asset = /^\/(?:_next\/static(?:\/[\w~%[\]()@+-][\w.~%[\]()@+-]*)+|icon\.svg|robots\.txt)$/
/** Where no page is: what stands at all other addresses. */
const NOWHERE = '/nowhere/at/all'

/** The id in the address of an embedded widget. */
export function embeddedWidget({ pathname }: URL): string | undefined {
  return page.exec(pathname)?.groups?.embedded
}

/** What Next is asked for: an address that is a page or a file of ours, or one where nothing is. */
export function pagePath({ pathname }: URL): string {
  return page.test(pathname) || asset.test(pathname) ? pathname : NOWHERE
}

/** What pages read of a query, and the most characters that any of it has. */
const read = ['theme', 'page']
const LONGEST = 9

/** The query Next is asked with: it takes time by the square of how often a name is repeated. */
export function pageQuery({ searchParams }: URL): string {
  const kept = new URLSearchParams()
  for (const name of read) {
    const value = searchParams.get(name)
    if (value !== null && value.length <= LONGEST) kept.set(name, value)
  }
  return kept.size > 0 ? `?${kept}` : ''
}

/** Of Next's own in development: hot updates, and what its error overlay asks. */
export function isOfDevelopment({ pathname }: URL): boolean {
  return /^\/(?:_next\/(?!image(?:\/|$))|__nextjs)/.test(pathname)
}

const told = new Set(['accept-encoding', 'if-none-match', 'if-modified-since'])

/**
 * What Next is told of a request. It reads many more fields, of its own router and of proxies, which nothing of ours
 * sends: a router state that is none gives 500, and others lead where no page is. A `user-agent` it searches for the
 * names of crawlers, by the square of its length, and to a `range` that is not there it answers 500.
 */
export function pageHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => told.has(name)))
}
