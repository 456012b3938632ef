import { type Load, Result } from '../define.ts'
import { fetchOk } from '../kit/fetch-ok.ts'
import { inSandbox } from '../sandbox/sandbox.ts'
import type { feed } from './widget.ts'

const accept =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'

export const load: Load<typeof feed> = async ({ url, limit }, context) => {
  const answer = await fetchOk(context, url, accept)
  const { host } = new URL(url)
  const { data, notes } = await inSandbox(
    'feed',
    {
      bytes: new Uint8Array(await answer.arrayBuffer()),
      contentType: answer.headers.get('content-type'),
      base: answer.url || url,
      host,
      limit,
      now: context.now,
    },
    {
      party: context.party,
      purpose: `feed ${url}`,
      tooMuch: `The feed of ${host} takes more time or room to read than it may.`,
      signal: context.signal,
    },
  )
  return new Result(data, { notes })
}
