import { type Load, LoadFailure } from '../define.ts'
import { fetchOk } from '../fetch-ok.ts'
import { decode } from './decode.ts'
import { readFeed } from './read-feed.ts'
import type { feed } from './widget.ts'

const accept =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'

export const load: Load<typeof feed> = async ({ url, limit }, context) => {
  const answer = await fetchOk(context, url, accept)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  try {
    const text = decode(bytes, answer.headers.get('content-type'))
    return readFeed(text, answer.url || url, limit, context.now)
  } catch (cause) {
    const { host } = new URL(url)
    throw new LoadFailure('upstream', `What ${host} has at this address is not an RSS, Atom or JSON feed.`, {
      cause,
    })
  }
}
